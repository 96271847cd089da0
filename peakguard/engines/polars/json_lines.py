"""Whether every line of a JSON lines file is one object, each name once, its values of one kind."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from peakguard.diagnostics import codes
from peakguard.engines.polars.forms import Form, opened, scan
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.text_faults import encoding_fault
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl

_KEY = re.compile(r'"\s*:')
_KINDS = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
_MOST_SHAPES = 10_000


def json_schema(files: Sequence[str], form: Form) -> pl.Schema:
    """The columns of all files, told by all lines of them. Raises PeakguardError (PG147) where two contradict."""
    whole: dict[str, pl.DataType] = {}
    for file in files:
        for name, found in scan([file], form).collect_schema().items():
            joined = _joined(whole.get(name, found), found)
            if joined is None:
                reason = f"column {name} is {found}, but {whole[name]} in the files before"
                raise PeakguardError(codes.COLUMNS_DIFFER, file=file, reason=reason)
            whole[name] = joined
    schema: pl.Schema = polars().Schema(whole)
    return schema


def _joined(one: pl.DataType, other: pl.DataType) -> pl.DataType | None:
    """The type that holds both, if they are of one kind."""
    library = polars()
    if one == other or other == library.Null():
        return one
    if one == library.Null():
        return other
    if any((one == kind) != (other == kind) for kind in (library.String(), library.Boolean())):
        return None
    try:
        frames = [library.DataFrame(schema={"both": each}) for each in (one, other)]
        both: pl.DataType = library.concat(frames, how="vertical_relaxed").schema["both"]
    except library.exceptions.PolarsError:
        return None
    return both


def check_json(files: Sequence[str]) -> int:
    """The number of rows of files that are whole. Raises PeakguardError: PG144, PG146, PG151, PG152."""
    check = _Check()
    return sum(check.file(file) for file in files)


class _Check:
    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}
        self._seen: set[Any] = set()

    def file(self, file: str) -> int:
        rows = 0
        try:
            with opened(file) as binary:
                for number, line in enumerate(binary, 1):
                    text = line.decode("utf-8")
                    if text and not text.isspace():
                        self._line(text, file, number)
                        rows += 1
        except UnicodeDecodeError as error:
            fault = encoding_fault(file)
            raise (fault if fault is not None else error) from error
        return rows

    def _line(self, text: str, file: str, number: int) -> None:
        try:
            value = json.loads(text, parse_constant=_no_json)
        except (ValueError, RecursionError) as error:
            raise _broken(text, file, number, error) from error
        if not isinstance(value, dict):
            kind = _KINDS.get(type(value), "null")
            raise _fault(file, number, 1, f"{kind} where an object is expected")
        if len(_KEY.findall(text)) != len(value):
            json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, file, number))
        shape = tuple(zip(value, map(type, value.values()), strict=True))
        if shape not in self._seen:
            self._compare(value, file, number)
            if len(self._seen) < _MOST_SHAPES:
                self._seen.add(shape)

    def _compare(self, value: Mapping[str, Any], file: str, number: int) -> None:
        for name, each in value.items():
            if each is None:
                continue
            found = _KINDS[type(each)]
            expected = self._kinds.setdefault(name, found)
            if found != expected:
                raise PeakguardError(
                    codes.JSON_KINDS_MIXED, file=file, line=number, name=name, found=found, expected=expected
                )


def _once(pairs: Sequence[tuple[str, Any]], file: str, number: int) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise PeakguardError(codes.COLUMN_TWICE, file=file, line=number, name=twice)
    return found


def _no_json(word: str) -> NoReturn:
    raise ValueError(word)


def _broken(text: str, file: str, number: int, error: Exception) -> PeakguardError:
    if isinstance(error, json.JSONDecodeError):
        return _fault(file, number, error.pos + 1, error.msg[:1].lower() + error.msg[1:])
    if isinstance(error, RecursionError):
        return _fault(file, number, 1, "values are nested too deeply")
    return _fault(file, number, max(text.find(str(error)), 0) + 1, f"{error} is not JSON; a missing number is null")


def _fault(file: str, line: int, column: int, reason: str) -> PeakguardError:
    return PeakguardError(codes.JSON_LINE_BROKEN, file=file, line=line, column=column, reason=reason)
