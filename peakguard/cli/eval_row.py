"""What `peakguard eval` evaluates on: a row of the command line, or the first rows of a file."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping
from typing import Any

from peakguard.api.rows import Rows, from_file, from_object
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.expression.scope import Column
from peakguard.expression.types import Type

_PLACE = "--row"
_DIGITS = 4000
"""No integer that a column holds has as many; Python itself refuses longer ones."""


def rows_of(options: argparse.Namespace) -> Rows:
    """The rows. Raises Refusal for what cannot be read, and PeakguardError for a file that cannot."""
    if options.data is None:
        declared = {**_of_contract(options), **_of_types(options.type)}
        return from_object(_parsed(options.row or "{}"), declared)
    if options.type:
        raise Refusal(found(codes.OPTIONS_CONFLICT, Span.whole("--type"), option="--type", other="--data"))
    return from_file(options.data, options.contract, options.root, options.rows)


def check_given(names: tuple[str, ...], rows: Rows) -> None:
    """Refuse rows without a value for a column that the expression reads."""
    for row in rows.values:
        missing = next((name for name in names if name not in row), None)
        if missing is not None:
            raise Refusal(found(codes.VALUE_MISSING, Span.whole(_PLACE), name=missing, given=", ".join(row) or "none"))


def check_group(within: list[str], rows: Rows) -> None:
    """Refuse groups by a column that is not there, or whose values are lists or records."""
    for name in within:
        if name not in rows.columns:
            from peakguard.diagnostics.wording import did_you_mean

            known = list(rows.columns)
            data = {"column": name, "known": ", ".join(known), "suggestion": did_you_mean(name, known)}
            raise Refusal(found(codes.UNKNOWN_COLUMN, Span.whole("--within"), **data))
        type = rows.columns[name].type
        if type.kind in ("list", "record"):
            raise Refusal(found(codes.NO_GROUPS, Span.whole("--within"), column=name, type=type.kind))


def _of_contract(options: argparse.Namespace) -> Mapping[str, Column]:
    if options.contract is None:
        return {}
    from peakguard.api.show import columns_of

    return columns_of(options.contract, options.root)


def _of_types(pairs: list[str]) -> dict[str, Column]:
    from peakguard.expression.types import TypeFault

    columns = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        try:
            columns[name] = Column(_type(text))
        except TypeFault as error:
            data = {"found": text, "problem": error.problem}
            raise Refusal(found(codes.BAD_TYPE, Span.whole(f"--type {pair}"), **data)) from None
    return columns


def _type(text: str) -> Type:
    """Raises TypeFault, for bytes too: JSON has none."""
    from peakguard.expression.types import TypeFault, parse_type
    from peakguard.language.typed import NO_BYTES

    found = parse_type(text)
    if found.kind == "binary":
        raise TypeFault(0, len(text), NO_BYTES)
    return found


def _parsed(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text, object_pairs_hook=_object, parse_int=_whole, parse_float=_float)
    except (ValueError, RecursionError) as error:
        raise Refusal(found(codes.BAD_ROW, Span.whole(_PLACE), problem=str(error).lower())) from None
    if not isinstance(row, dict):
        raise Refusal(found(codes.BAD_ROW, Span.whole(_PLACE), problem="it is no JSON object"))
    return row


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"it gives {next(name for name in names if names.count(name) > 1)!r} twice")
    return made


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError(f"{digits[:12]}… has {len(digits)} digits")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"{digits} is beyond any float64")
    return value
