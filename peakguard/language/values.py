"""The scalar types that policies share. Each refuses a bad value with a catalogued code of its own."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

from peakguard.diagnostics import codes
from peakguard.runtime.lengths import LENGTH, nanoseconds

_NAME = re.compile(r"[a-z][a-z0-9_.-]*", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_SLUG = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WORD = r"[A-Za-z_][A-Za-z0-9_]*"
_TARGET = re.compile(rf"{_WORD}(\.{_WORD})*:{_WORD}(\.{_WORD})*", re.ASCII)
_SIZE = re.compile(r"([1-9][0-9]{0,9})(B|KiB|MiB|GiB)", re.ASCII)
_BYTES = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_MAX_NANOSECONDS = 2**63 - 1


def fault(code: str, /, **data: Any) -> PydanticCustomError:
    """An error that `decode` turns into the diagnostic of that code, at the place of the value."""
    return PydanticCustomError(code, code, data)


def choose_one(value: dict[str, Any], keys: Sequence[str], *, is_optional: bool = False) -> None:
    """Raises the fault EXCLUSIVE_KEYS unless a table has exactly one of some keys, or none where that is optional."""
    present = [key for key in keys if key in value]
    if len(present) > 1 or not (present or is_optional):
        shown = ", ".join(f"`{key}`" for key in present) or "none"
        raise fault(codes.EXCLUSIVE_KEYS, keys=", ".join(f"`{key}`" for key in keys), found=shown)


def of_form(pattern: re.Pattern[str], what: str, form: str) -> AfterValidator:
    """A check that a text is matched whole by a pattern, which `form` says for people."""

    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise fault(codes.BAD_NAME, found=text, what=what, form=form)
        return text

    return AfterValidator(check)


def _check_identifier(text: str) -> str:
    from keyword import iskeyword

    if not _IDENTIFIER.fullmatch(text) or iskeyword(text):
        form = "an ASCII identifier that is no Python keyword; the physical name goes into `source`"
        raise fault(codes.BAD_NAME, found=text, what="column or field name", form=form)
    return text


def _check_version(value: Any) -> str:
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        raise fault(codes.BAD_VERSION, found=str(value))
    return value


def _check_date(text: str) -> str:
    if not _DATE.fullmatch(text) or not _is_day(text):
        raise fault(codes.BAD_DATE, found=text)
    return text


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_duration(value: Any) -> str:
    if not isinstance(value, str) or not LENGTH.fullmatch(value) or nanoseconds(value) > _MAX_NANOSECONDS:
        raise fault(codes.BAD_DURATION, found=str(value))
    return value


def _check_size(value: Any) -> str:
    if not isinstance(value, str) or not _SIZE.fullmatch(value):
        form = "a whole number with its unit, B, KiB, MiB or GiB, such as 64MiB"
        raise fault(codes.BAD_NAME, found=str(value), what="size", form=form)
    return value


def size_in_bytes(size: str) -> int:
    """The bytes of a checked size such as `64MiB`."""
    match = _SIZE.fullmatch(size)
    assert match is not None, size
    return int(match[1]) * _BYTES[match[2]]


def _check_not_blank(text: str) -> str:
    if not text.strip():
        raise fault(codes.EMPTY_VALUE)
    return text


def _check_number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("float_type", "a number")
    return value


def _check_item(value: Any) -> int | str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        from peakguard.syntax.parse import describe_value

        raise fault(codes.WRONG_TYPE, expected="a text or a whole number", found=describe_value(value))
    return value


def _check_bound(value: Any) -> int | float | str:
    if isinstance(value, str):
        is_length = LENGTH.fullmatch(value) is not None and nanoseconds(value) <= _MAX_NANOSECONDS
        if not (_DATE.fullmatch(value) and _is_day(value)) and not is_length:
            form = "a number, a day such as 2026-01-31, or a length of time such as 1h30m"
            raise fault(codes.BAD_NAME, found=value, what="bound", form=form)
        return value
    return _check_number(value)


Text = Annotated[str, Strict(), AfterValidator(_check_not_blank)]
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Count = Annotated[int, Strict(), Field(ge=0)]
Number = Annotated[int | float, PlainValidator(_check_number), WithJsonSchema({"type": "number"})]
Bound = Annotated[
    int | float | str, PlainValidator(_check_bound), WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]})
]
"""A number, for columns of days and times a day, for lengths of time one with its unit."""
Item = Annotated[str | int, PlainValidator(_check_item), WithJsonSchema({"type": ["string", "integer"]})]
"""A text or a whole number."""
Step = Annotated[int, Strict(), Field(gt=0)]
Rate = Annotated[float, BeforeValidator(_check_number), Field(ge=0, le=1)]
Name = Annotated[str, Strict(), of_form(_NAME, "name", "lower-case letters, digits, _ . -, a letter first")]
Identifier = Annotated[str, Strict(), AfterValidator(_check_identifier)]
Slug = Annotated[str, Strict(), of_form(_SLUG, "slug", "lower-case words joined by _")]
Target = Annotated[str, Strict(), of_form(_TARGET, "target", "`package.module:function`, or `…:Class.method`")]
Version = Annotated[str, BeforeValidator(_check_version)]
Date = Annotated[str, Strict(), AfterValidator(_check_date)]
Duration = Annotated[
    str, BeforeValidator(_check_duration), WithJsonSchema({"type": "string", "pattern": LENGTH.pattern})
]
Size = Annotated[str, BeforeValidator(_check_size), WithJsonSchema({"type": "string", "pattern": _SIZE.pattern})]


def _check_plain(value: Any) -> Any:
    if not isinstance(value, bool | int | float | str):
        from peakguard.syntax.parse import describe_value

        raise fault(codes.WRONG_TYPE, expected="a plain value", found=describe_value(value))
    return value


Plain = Annotated[
    Any,
    PlainValidator(_check_plain),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "number"}, {"type": "string"}]}),
]
"""A value that is no table and no list."""
