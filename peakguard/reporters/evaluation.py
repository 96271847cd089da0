"""The values of an expression on every back end, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from peakguard.reporters.visible import visible
from peakguard.runtime.values import restorer

_VERDICTS = {True: "pass", False: "fail", None: "unknown"}


def evaluation_text(
    evaluation: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], types: Mapping[str, str], examples: int
) -> str:
    """The report of `peakguard eval`: what its JSON form holds, the rows that were evaluated, their columns' types."""
    rows = [{name: shown(value, types[name]) for name, value in row.items()} for row in rows]
    lines = [visible(evaluation["expression"]), f"  {evaluation['type']}, {_nulls(evaluation)}", ""]
    evaluation = {**evaluation, "results": [{**each, "values": each["values"] or []} for each in evaluation["results"]]}
    single = len(evaluation["results"][0]["values"]) == 1
    table = _single(evaluation) if single else _counted(evaluation)
    lines += _aligned(table)
    if not single:
        lines += ["", *_examples(evaluation, rows, examples)]
    lines += ["", _agreement(evaluation)]
    return "\n".join(lines) + "\n"


def shown(value: Any, type: str) -> Any:
    """A canonical value as JSON can hold it: times as ISO texts, NaN and infinities as words."""
    if isinstance(value, list):
        return [shown(each, "") for each in value]
    if isinstance(value, dict):
        return {name: shown(each, "") for name, each in value.items()}
    if isinstance(value, float) and value - value != 0:
        return repr(value)
    if type.startswith(("datetime", "duration")) and value is not None:
        return str(restorer(type)(value))
    return str(value) if isinstance(value, (date, Decimal)) else value


def _nulls(evaluation: Mapping[str, Any]) -> str:
    causes = " or ".join(evaluation["unknown_where"])
    if causes:
        return f"null where {causes}"
    return "null where the arithmetic has no result" if evaluation["nullable"] else "never null"


def _single(evaluation: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    is_verdict = evaluation["type"] == "bool"
    yield ("back end", "value", "null", *(["verdict"] if is_verdict else []))
    for result in evaluation["results"]:
        if result["values"]:
            (value,) = result["values"]
            verdict = [_VERDICTS[value]] if is_verdict else []
            yield (result["backend"], _word(value), "yes" if value is None else "no", *verdict)
        else:
            yield (result["backend"], "-", "-", *(["-"] if is_verdict else []))


def _counted(evaluation: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    is_verdict = evaluation["type"] == "bool"
    yield ("back end", "values", *(("pass", "fail", "unknown") if is_verdict else ("null",)))
    for result in evaluation["results"]:
        values = result["values"]
        counts = (True, False, None) if is_verdict else (None,)
        found = [str(sum(value is each for value in values)) if values else "-" for each in counts]
        yield (result["backend"], str(len(values)) if values else "-", *found)


def _examples(evaluation: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], most: int) -> Iterator[str]:
    """Rows at which back ends differ, else those that do not pass, else the first ones."""
    values = evaluation["results"][0]["values"]
    if len(values) != len(rows):
        yield from (f"  group {place}: {_word(value)}" for place, value in enumerate(values[:most]))
        return
    chosen = evaluation["differing"] or [place for place, value in enumerate(values) if value is not True]
    for place in chosen[:most]:
        read = "  ".join(f"{name}={_word(rows[place][name])}" for name in evaluation["reads"])
        yield visible(f"  row {place}: {read}  ->  {_word(values[place])}")
    if len(chosen) > most:
        yield f"  … and {len(chosen) - most} more"


def _agreement(evaluation: Mapping[str, Any]) -> str:
    differing = evaluation["differing"]
    unable = [each["backend"] for each in evaluation["results"] if each["text"] is not None and not each["values"]]
    if not differing and unable and evaluation["results"][0]["values"]:
        return f"{unable[0]} cannot hold these rows, such as times beyond its range; all others agree"
    if not differing:
        return "all back ends agree"
    return f"back ends differ at {len(differing)} positions; please report this as a fault of peakguard"


def _word(value: Any) -> str:
    return (
        {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else str(value)
    )


def _aligned(table: Iterator[tuple[str, ...]]) -> Iterator[str]:
    cells = list(table)
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return (
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )
