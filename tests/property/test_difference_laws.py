"""Laws of `peakguard diff`: the same meaning is no change, a change back is the mirror, what is claimed holds."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

import polars as pl
import pytest

import peakguard
from peakguard.api.difference import compare
from peakguard.difference.findings import difference
from peakguard.difference.result import Change
from peakguard.difference.sides import Side
from peakguard.kinds.contract.runtime import Contract
from peakguard.pipeline.analyse import analyse_all
from peakguard.pipeline.project import find_project
from peakguard.pipeline.read import Entry, read_project
from peakguard.syntax.node import Mapping
from tests.conformance.cases import REPOSITORY, cases
from tests.conformance.test_changes import PAIRS
from tests.conformance.twin import NoTwin, to_toml

PROJECTS = [*cases("valid"), REPOSITORY]


def rewritten(project: Path, seed: int) -> Iterator[tuple[Entry, Entry]]:
    """The policies of a project, each beside the same one with other keys first, in the other language, elsewhere."""
    entries = [entry for entry in read_project(find_project(str(project))) if entry.is_policy]
    chance = random.Random(seed)
    for entry, analysed in zip(entries, analyse_all(entries), strict=True):
        if analysed.document is None:
            continue
        own = _parsed(entry)
        try:
            text = to_toml(own) if chance.random() < 0.5 else json.dumps(_shuffled(own.plain(), chance))
        except NoTwin:
            text = json.dumps(_shuffled(own.plain(), chance))
        suffix = "toml" if "= " in text and not text.startswith("{") else "yaml"
        yield entry, Entry(f"moved/{entry.file.rpartition('.')[0]}.{suffix}", text.encode())


def _parsed(entry: Entry) -> Mapping:
    from peakguard.pipeline.analyse import to_source
    from peakguard.syntax.parse import parse

    source, _ = to_source(entry)
    assert source is not None
    node, _ = parse(source)
    assert node is not None
    return node


def _shuffled(value: Any, chance: random.Random) -> Any:
    """The same value with the keys of its tables in another order; JSON is YAML as well."""
    if isinstance(value, dict):
        # Where an order of columns is demanded, theirs means something.
        if value.get("column_order") == "declared":
            return value
        return {key: _shuffled(value[key], chance) for key in chance.sample(list(value), len(value))}
    return [_shuffled(each, chance) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "project",
    PROJECTS,
    ids=lambda path: "-".join(path.parts[-4:]),  # a repository may lie anywhere
)
def test_the_same_meaning_is_no_change(project: Path) -> None:
    pairs = list(rewritten(project, len(str(project.name))))
    old, new = ([each[side] for each in pairs] for side in (0, 1))

    found = difference(Side("old", list(old)), Side("new", list(new)))

    assert found.changes == ()
    assert found.bumps == ()


_MIRROR = {"tightens": "loosens", "loosens": "tightens"}
_ONE_WAY = ("column-renamed-with-alias", "key-renamed-with-a-warning")
"""What is renamed back leaves the name that it had in between."""


@pytest.mark.parametrize(
    "pair", random.Random(7).sample(PAIRS, 40), ids=lambda pair: f"{pair.parents[2].name}/{pair.name}"
)
def test_a_change_back_is_the_mirror(pair: Path) -> None:
    if pair.name in _ONE_WAY:
        pytest.skip("one way")
    mirrored(pair)


@pytest.mark.slow
def test_every_change_back_is_the_mirror() -> None:
    for pair in PAIRS:
        if pair.name not in _ONE_WAY:
            mirrored(pair)


def mirrored(pair: Path) -> None:
    old, new = (str(next(pair.glob(f"{side}*"))) for side in ("old", "new"))
    there, back = compare(old, new, str(pair)).changes, compare(new, old, str(pair)).changes

    assert _claims(there) == Counter(
        {(policy, _MIRROR.get(move, move)): count for (policy, move), count in _claims(back).items()}
    )


def _claims(changes: tuple[Change, ...]) -> Counter[tuple[str, str]]:
    """How often a direction is claimed; worst cases are told only where they become worse."""
    computed = ("worst_case", "load")
    told = [each for each in changes if not each.element.endswith(computed)]
    return Counter(
        (str(each.policy), each.grade.direction) for each in told if each.grade.direction in ("tightens", "loosens")
    )


BASE = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns:
  symbol: {type: string, matches: '[A-Z]+'}
  time: {type: 'datetime[us, UTC]'}
  open: {type: float64, gt: 0}
  volume: {type: float64, ge: 0, nullable: true}
  side: {type: enum, values: [buy, sell]}
  lots: {type: int64, ge: 1}
key: [symbol, time]
order: {by: time, within: [symbol], strict: true}
rows: {min: 2}
rules:
  small: {expr: 'open < 100 and lots < 50', max_fail_rate: 0.3}
  known: {expr: 'volume > 1 or lots > 2', on_null: fail}
  steady: {expr: 'abs(open - prev(open)) < 10', within: [symbol], on_null: pass}
  mostly: {dataset: 'share(lots > 1) > 0.2'}
"""
EDITS = [
    ("gt: 0}", "gt: 1}"),
    ("gt: 0}", "ge: 0}"),
    ("gt: 0}", "gt: 0, finite: false}"),
    ("gt: 0}", "gt: 0, le: 60}"),
    ("gt: 0}", "gt: 0, unique: true}"),
    (", nullable: true", ""),
    ("nullable: true", "nullable: true, required: false"),
    ("[buy, sell]", "[buy, sell, hold]"),
    ("[buy, sell]", "[buy]"),
    ("[buy, sell]", "[buy, hold]"),
    ("ge: 1}", "gt: 0}"),
    ("ge: 1}", "gt: 1}"),
    ("ge: 1}", "ge: 1, multiple_of: 2}"),
    (", ge: 1}", "}"),
    ("ge: 1}", "ge: 1, required: false, default: 3}"),
    ("ge: 1}", "ge: 1, not_in: [7]}"),
    ("ge: 1}", "ge: 1, aliases: [size]}"),
    (", matches: '[A-Z]+'", ""),
    ("'[A-Z]+'}", "'[A-Z]+', starts_with: A}"),
    ("'[A-Z]+'}", "'[A-Z]+', max_length: 1}"),
    ("key: [", "extra_columns: allow\nkey: ["),
    ("key: [", "extra_columns: drop\nkey: ["),
    ("key: [", "coerce: true\nkey: ["),
    ("key: [", "column_order: declared\nkey: ["),
    ("key: [symbol, time]\n", ""),
    ("[symbol, time]\norder", "[symbol, time, side]\norder"),
    (", strict: true", ""),
    ("order: {by: time, within: [symbol], strict: true}\n", ""),
    ("rows: {min: 2}", "rows: {min: 3}"),
    ("rows: {min: 2}\n", ""),
    ("rows: {min: 2}", "rows: {min: 2, max: 3}"),
    ("lots < 50", "lots < 40"),
    ("lots < 50'", "lots < 50 and open > 1'"),
    ("lots < 50'", "lots < 50 or open < 2'"),
    ("'open < 100", "'not (open >= 100)"),
    ("{expr: 'open", "{when: 'lots > 3', expr: 'open"),
    (", max_fail_rate: 0.3", ""),
    ("max_fail_rate: 0.3", "max_fail_rate: 0.3, severity: warning"),
    ("max_fail_rate: 0.3", "max_fail_rate: 0.3, mode: observe"),
    ("on_null: fail", "on_null: pass"),
    ("volume > 1 or", "volume >= 1 or"),
    ("volume > 1 or", "volume > 2 and"),
    ("< 10'", "<= 10'"),
    ("< 10'", "< 5'"),
    ("> 0.2'", "> 0.5'"),
    ("> 0.2'", "> 0.2 and count() < 4'"),
    ("> 0.2'}\n", "> 0.2'}\n  more: {expr: 'lots != 5'}\n"),
    ("> 0.2'}\n", "> 0.2'}\n  more: {expr: 'lots != 5', severity: warning}\n"),
    ("  mostly: {dataset: 'share(lots > 1) > 0.2'}\n", ""),
    ("version: 1.0.0\n", "version: 1.0.0\nmode: observe\n"),
    ("key: [", "on_violation: quarantine\nkey: ["),
    ("key: [", "sample: {share: 0.5}\nkey: ["),
    ("  lots:", "  note: {type: string, required: false}\n  lots:"),
    ("  lots:", "  note: {type: string}\n  lots:"),
    ("  lots:", "  note: {type: string, required: false, matches: 'a+'}\n  lots:"),
    ("  side: {type: enum, values: [buy, sell]}\n", ""),
]
SCHEMA: dict[str, Any] = {
    "symbol": pl.String,
    "time": pl.Datetime("us", "UTC"),
    "open": pl.Float64,
    "volume": pl.Float64,
    "side": pl.String,
    "lots": pl.Int64,
}
NASTY: dict[str, list[Any]] = {
    "symbol": ["A", "B", "AB", "b"],
    "open": [0.0, 0.5, 1.0, 15.0, 30.0, 60.5, 100.0, math.nan, None],
    "volume": [None, 0.0, 1.0, 1.5, math.nan],
    "side": ["sell", "hold"],
    "lots": [0, 1, 2, 3, 5, 7, 45, 50, None],
}
START = datetime(2026, 1, 2, tzinfo=UTC)


def versions(chance: random.Random) -> tuple[str, str]:
    """Two contracts that are one or two edits apart, in either order."""
    one = BASE
    for old, new in chance.sample(EDITS, chance.choice([0, 0, 1])):
        one = one.replace(old, new, 1)
    other = one
    for old, new in chance.sample(EDITS, chance.choice([1, 1, 1, 2])):
        other = other.replace(old, new, 1)
    return (one, other) if chance.random() < 0.5 else (other, one)


def frames(chance: random.Random) -> pl.DataFrame:
    """Good data with up to three things that one contract or another minds."""
    rows = [
        {
            "symbol": "A",
            "time": START + timedelta(hours=hour),
            "open": 20.0 + hour,
            "volume": 3.0,
            "side": "buy",
            "lots": 4,
        }
        for hour in range(chance.choice([1, 2, 3, 3, 3, 4]))
    ]
    for _ in range(chance.choice([0, 1, 1, 1, 2])):
        row, (column, values) = chance.choice(rows), chance.choice(list(NASTY.items()))
        row[column] = chance.choice(values)
    frame = pl.DataFrame(rows, schema=SCHEMA)
    if chance.random() < 0.15:
        frame = frame.reverse()
    if chance.random() < 0.15:
        frame = frame.drop(chance.choice(["volume", "lots", "side"]))
    if chance.random() < 0.2:
        note = pl.Series(chance.choice(["note", "other"]), [chance.choice(["aa", "b"])] * len(frame))
        frame = frame.with_columns(note)
    if chance.random() < 0.05:
        frame = frame.rename({"lots": "size"}) if "lots" in frame.columns else frame
    if chance.random() < 0.1:
        frame = frame.select(sorted(frame.columns))
    return frame


@cache
def loaded(text: str, folder: Path) -> Contract | None:
    """The contract, or None for a combination of edits that `check` refuses."""
    root = folder / str(abs(hash(text)))
    (root / "contracts").mkdir(parents=True)
    (root / "contracts/bars.yaml").write_text(text)
    try:
        return peakguard.load(root).contract("bars")
    except peakguard.PolicyError:
        return None


def accepts(contract: Contract, frame: pl.DataFrame) -> bool:
    """Whether the data are let in."""
    try:
        contract.validate(frame)
    except peakguard.ContractViolation:
        return False
    return True


def claim(old: str, new: str) -> str:
    """What all changes together claim."""
    found = difference(Side("old", [Entry("old.yaml", old.encode())]), Side("new", [Entry("new.yaml", new.encode())]))
    moves = {cast("str", change.grade.direction) for change in found.changes} - {"none"}
    return moves.pop() if len(moves) == 1 else "none" if not moves else "nothing"


def hold_claims(pairs: int, data: int, seed: int, folder: Path) -> Counter[str]:
    """Try what is claimed of random pairs of contracts on random data; counts of what was tried."""
    chance, tried = random.Random(seed), Counter[str]()
    for _ in range(pairs):
        old, new = versions(chance)
        before, after = loaded(old, folder), loaded(new, folder)
        if before is None or after is None:
            continue
        claimed = claim(old, new)
        tried[claimed] += 1
        if claimed not in ("tightens", "loosens", "none"):
            continue
        for _ in range(data):
            frame = frames(chance)
            was, now = accepts(before, frame), accepts(after, frame)
            tried[f"{claimed}, {was} → {now}"] += 1
            if claimed in ("tightens", "none"):
                assert was or not now, (claimed, old, new, frame)
            if claimed in ("loosens", "none"):
                assert now or not was, (claimed, old, new, frame)
    return tried


def test_what_is_claimed_of_contracts_holds(tmp_path: Path) -> None:
    tried = hold_claims(36, 14, 20261126, tmp_path)

    assert min(tried["tightens"], tried["loosens"]) >= 3
    assert tried["tightens, True → False"] + tried["loosens, False → True"] >= 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_what_is_claimed_of_contracts_holds_for_long(tmp_path: Path, seed: int) -> None:
    hold_claims(60, 40, seed, tmp_path)
