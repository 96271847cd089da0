"""The boundaries of a code base, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from peakguard.reporters.visible import visible

_ADVICE = {
    "reader": "hold what it gives to a contract: `returns: {contract: NAME}`",
    "network": "name its failures: `classify: true`",
    "writer": "make its file whole or not there: `writes: {path: args.NAME}`",
    "silence": "let the failure be seen: raise, or log it",
}
_NO_PARAMETER = "let a parameter name the file, so that `writes:` can make it whole or not there"
_NO_FUNCTION = "put it into a function, which a binding can name"
_PLURALS = {"reader": "readers", "network": "network calls", "writer": "writers"}


def adoption_text(found: Mapping[str, Any]) -> str:
    """The report of `peakguard adopt`, given what its JSON form holds."""
    lines: list[str] = []
    for file, places in groupby(found["boundaries"], key=lambda place: place["file"]):
        lines += [visible(file), *(line for place in places for line in _place(place)), ""]
    lines += [f"cannot be read: {visible(path)}: {visible(reason)}" for path, reason in found["unreadable"]]
    return "\n".join([*lines, *_summary(found), ""])


def _place(place: Mapping[str, Any]) -> Iterator[str]:
    more = f", and {place['more']} more" if place["more"] else ""
    where = f"in {place['target']}" if place["target"] else "in the module itself"
    yield f"  {place['line']}:{place['column']}  {place['sort']}  {visible(place['call'])} {where}{more}"
    if place["guards"]:
        yield f"      guarded: {', '.join(place['guards'])}"
    elif place["sort"] == "writer" and place["target"] and not place["parameter"]:
        yield f"      {_NO_PARAMETER}"
    elif place["sort"] == "silence" or place["target"]:
        yield f"      {_ADVICE[place['sort']]}"
    else:
        yield f"      {_NO_FUNCTION}"


def _summary(found: Mapping[str, Any]) -> Iterator[str]:
    guarded, whole = found["guarded"], found["guardable"]
    share = f" ({100 * guarded / whole:.0f} %)" if whole else ""
    parts = ", ".join(f"{_PLURALS[sort]} {good} of {count}" for sort, (good, count) in found["sorts"].items() if count)
    yield f"{guarded} of {whole} boundaries are guarded{share}{': ' if parts else ''}{parts}"
    if found["silences"]:
        yield f"{found['silences']} handlers swallow whatever comes"
    tests = f"; {found['tests']} files of tests left out" if found["tests"] else ""
    yield f"read {found['files']} files{tests}"
