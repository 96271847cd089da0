"""Plain YAML scalars to values: the YAML 1.2 core schema, and a finding where readers disagree.

YAML 1.1 readers take `no` for false, `017` for 15 and `1e3` for text; here `no` is text and `1e3` a
number. Source: YAML 1.2.2, section 10.3.2 (core schema), lower-case words only.
"""

import re

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.syntax.limits import MAX_INTEGER, MIN_INTEGER
from peakguard.syntax.node import Scalar

_WORDS: dict[str, None | bool] = {"": None, "~": None, "null": None, "true": True, "false": False}
_OTHER_CASES = re.compile(r"Null|NULL|True|TRUE|False|FALSE")
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_RADIX = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_UNDERSCORED = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_NUMBER_START = frozenset("+-.0123456789")

Value = None | bool | int | float | str


def resolve(node: Scalar) -> tuple[Value, Diagnostic | None]:
    """The value of a plain scalar whose `value` is still its text."""
    text = str(node.value)
    if text in _WORDS:
        return _WORDS[text], None
    if text[0] in _NUMBER_START:
        return _number(node, text)
    if _OTHER_CASES.fullmatch(text):
        return text, _ambiguous(node, text, "text")
    return text, None


def _number(node: Scalar, text: str) -> tuple[Value, Diagnostic | None]:
    if _DECIMAL.fullmatch(text):
        value, finding = _integer(node, text, 10)
        if finding is None and _LEADING_ZERO.fullmatch(text):
            finding = _ambiguous(node, text, f"the number {value}")
        return value, finding
    if _RADIX.fullmatch(text):
        value, finding = _integer(node, text, 8 if text[1] == "o" else 16)
        if finding is None and text[1] == "o":
            finding = _ambiguous(node, text, f"the number {value}")
        return value, finding
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number, _out_of_range(node, text, "too large for a float") if abs(number) == float("inf") else None
    if _NOT_FINITE.fullmatch(text):
        return text, _out_of_range(node, text, "not a finite number")
    if _UNDERSCORED.fullmatch(text):
        return text, _ambiguous(node, text, "text")
    return text, None


def _integer(node: Scalar, text: str, radix: int) -> tuple[Value, Diagnostic | None]:
    digits = text if radix == 10 else text[2:]
    # Python refuses to convert thousands of digits at once; 64 digits decide nothing but "too large".
    if len(digits) > 64 + 1 or not MIN_INTEGER <= int(digits, radix) <= MAX_INTEGER:
        return 0, _out_of_range(node, text, "outside the 64-bit integers")
    return int(digits, radix), None


def _ambiguous(node: Scalar, text: str, reads_as: str) -> Diagnostic:
    return found(codes.AMBIGUOUS_SCALAR, node.span, text=text, reads_as=reads_as)


def _out_of_range(node: Scalar, text: str, problem: str) -> Diagnostic:
    shown = text if len(text) <= 40 else f"{text[:37]}…"
    return found(codes.NUMBER_OUT_OF_RANGE, node.span, text=shown, problem=problem)
