"""Whether a function looks ahead: every cut, and what changed at the first that shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from peakguard.reporters.visible import visible

if TYPE_CHECKING:
    from peakguard.engines.polars.prefixes import Tried
    from peakguard.runtime.prefix import Cut


def render(target: str, tried: Mapping[str, Tried], *, as_json: bool) -> str:
    """The report for people, or as JSON."""
    if as_json:
        files = [{"file": path, **_plain(each)} for path, each in tried.items()]
        return json.dumps({"version": 1, "target": target, "files": files}, indent=2, default=str) + "\n"
    return "".join(f"{line}\n" for path, each in tried.items() for line in _lines(target, path, each))


def _plain(each: Tried) -> dict[str, Any]:
    cuts = [{**cut._asdict(), "holds": cut.holds} for cut in each.cuts]
    verdict = "pass" if all(cut.holds for cut in each.cuts) else "fail"
    return {"rows": each.rows, "given": each.given, "verdict": verdict, "cuts": cuts}


def _lines(target: str, path: str, each: Tried) -> Iterator[str]:
    broken = [cut for cut in each.cuts if not cut.holds]
    for cut in broken[:3]:
        yield f"cut {_place(cut)}: row {cut.row:,} of {visible(cut.column)} was {visible(str(cut.alone))}"
        yield f"  and is {visible(str(cut.later))} once the rows after the cut are there"
    if len(broken) > 3:
        yield f"  … and {len(broken) - 3} more cuts"
    cuts = f"{len(each.cuts)} cuts of {each.rows:,} rows ({', '.join(str(cut.rows) for cut in each.cuts[:4])}, …)"
    if broken:
        yield f"FAIL: {visible(path)}: {target} looks ahead: {len(broken)} of {cuts} change what was said before them"
    else:
        yield f"pass: {visible(path)}: {target} keeps what it said, at {cuts}"


def _place(cut: Cut) -> str:
    return f"after {cut.rows:,} rows" + (f", up to {visible(cut.label)}" if cut.label is not None else "")
