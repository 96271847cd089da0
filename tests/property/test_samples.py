"""Samples of every valid contract: clean ones are clean, broken ones break the one rule that was asked for."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import polars as pl
import pytest

from peakguard import PeakguardError
from peakguard.diagnostics import codes
from peakguard.kinds.contract.compile import compile_document
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.runtime import bind
from peakguard.kinds.contract.sample.made import Maker
from peakguard.language.document import Document
from peakguard.runtime.violation import Verdict
from tests.conformance.cases import REPOSITORY, cases, name_of, run

ROWS = 50
_NO_NUMBER = "a number that is none breaks the rules that compare it"
_ZERO = "prices at zero are below the low, which must be above it, or a jump"
_OHLC = {
    "columns.open.finite": _NO_NUMBER,
    "columns.open.gt": _ZERO,
    "columns.high.gt": _ZERO,
    "columns.close.finite": _NO_NUMBER,
    "columns.close.gt": _ZERO,
    "key": "a row that is repeated is not later than the one before it",
}
_VALUES = "every allowed value matches and is of a fitting length"
_TWICE = "another rule asks the same"
_HIGH = {"columns.high.gt": "a high at zero is below the low, which is above it"}
_SPREAD = {
    **{f"columns.{name}.finite": "a spread with a number that is none is below nothing" for name in ("high", "low")},
    "columns.low.gt": "a spread is below half of a low at zero only if the high is below the low",
}
_WHOLE = {"columns.price.gt": "rules.whole asks for more than zero"}
TOGETHER = {
    "repository daily_bars": _OHLC,
    "repository ohlcv": _OHLC,
    "repository index_bars": _OHLC,
    "contract/the-example-of-the-design ohlcv": _OHLC | {"order": "two rows that are out of order are off the cadence"},
    "chaos/every-form-of-a-fault bars": _HIGH,
    "chaos/functions-that-nothing-guards bars": _HIGH,
    "contract/extends-a-chain-and-tightens bars": _HIGH,
    "contract/extends-a-chain-and-tightens btc": _SPREAD,
    "contract/extends-a-chain-and-tightens crypto": _SPREAD,
    "contract/extends-across-formats eur": _WHOLE,
    "contract/extends-across-formats fx": _WHOLE,
    "contract/extends-with-a-reason-to-be-weaker bars": _HIGH,
    "contract/extends-with-a-reason-to-be-weaker late": _HIGH,
    "contract/extends-without-columns-of-its-own bars": _HIGH,
    "contract/extends-without-columns-of-its-own daily": _HIGH | {"key": "a row that is repeated is off the cadence"},
    "contract/dataset-rules bars": {"columns.open.finite": "the deviation of what is no number is none either"},
    "contract/every-option-of-a-column bars": dict.fromkeys(
        [f"columns.b.{each}" for each in ("matches", "min_length", "max_length")], _VALUES
    ),
    "contract/expressions-in-every-style bars": dict.fromkeys(
        [f"rules.{each}" for each in ("plain", "single", "double", "literal")], _TWICE
    ),
    "expression/every-group-of-functions bars": {
        "columns.x.finite": "rules.i bounds the column",
        "columns.side.values": "rules.g names the values again",
    },
}
"""The rules that cannot be broken alone, with the reason, by case and contract."""
OVERLAPPING = {
    *("contract/on-null-where-arithmetic-may-have-no-result bars", "contract/outliers-of-rows bars"),
    *("contract/shares-of-one-are-converted-by-literals rates", "contract/when-finds-that-a-column-is-known bars"),
    "contract/conditions-on-this-row-say-nothing-of-others bars",
}
"""Contracts whose rules ask the same in several ways, as those under `expression/` do, to show what may be written."""
BEYOND = {
    "contract/calendar-by-the-day bars": "cadence.calendar",
    "contract/calendar-of-an-exchange bars": "cadence.calendar",
    "contract/calls-of-functions bars": "rules.spread",
}
"""Contracts that no sample is made of, for nobody here knows what the rule asks, by case and contract."""


@cache
def contracts() -> dict[str, Document[Contract]]:
    folders = {"repository": REPOSITORY} | {name_of(case): case for case in cases("valid")}
    return {
        f"{name} {document.spec.name}": cast("Document[Contract]", document)
        for name, folder in folders.items()
        for document in run(folder)[0]
        if document.spec.kind == "contract"
    }


ALONE = [
    name
    for name in sorted(contracts().keys() - BEYOND.keys() - OVERLAPPING)
    if not name.startswith("expression/") or name in TOGETHER
]


def making(name: str) -> Maker:
    return Maker(contracts()[name], "parquet", datetime.now(UTC))


def judged(name: str, data: bytes) -> Verdict:
    """The bytes once more, apart from the code under test."""
    return bind(compile_document(contracts()[name])).inspect(pl.read_parquet(io.BytesIO(data)))


def spoken_against(verdict: Verdict) -> set[str]:
    return {each.id for each in verdict.rules if each.violation is not None}


def rules(name: str) -> list[str]:
    spec = contracts()[name].spec
    run = [each.id for each in making(name).sample(ROWS, 7).verdict.rules if each.state == "run"]
    types = [f"columns.{column}.type" for column in spec.columns]
    return [*run, *types, *(f"columns.{key}.required" for key, column in spec.columns.items() if column.required)]


@pytest.mark.parametrize("name", sorted(contracts().keys() - BEYOND.keys()))
def test_a_sample_satisfies_its_contract(name: str) -> None:
    spec = contracts()[name].spec
    made = making(name).sample(ROWS, 8)
    verdict = judged(name, made.data)
    assert spoken_against(verdict) == set()
    least = spec.rows.min if spec.rows is not None and spec.rows.min is not None else 0
    most = spec.rows.max if spec.rows is not None and spec.rows.max is not None else ROWS
    assert verdict.rows == max(least, min(ROWS, most))


@pytest.mark.parametrize("name", sorted(BEYOND))
def test_where_no_sample_is_made_the_rule_is_named(name: str) -> None:
    with pytest.raises(PeakguardError) as raised:
        making(name).sample(ROWS, 8)
    assert (raised.value.code, raised.value.context["rule"]) == (codes.SAMPLE_NOT_FOUND, BEYOND[name])


def with_slow(names: Sequence[str]) -> list[Any]:
    """A contract that asks for thousands of rows takes a minute and a half; of small ones a part will do."""
    quick = ("repository ", "contract/", "chaos/every-form")
    slow = {"repository index_bars", "repository daily_bars", "contract/dataset-rules bars"}
    slow |= {f"contract/extends-a-chain-and-tightens {name}" for name in ("bars", "btc", "crypto")}
    is_slow = (name in slow or not name.startswith(quick) for name in names)
    marks = ([pytest.mark.slow] if each else [] for each in is_slow)
    return [pytest.param(name, marks=each) for name, each in zip(names, marks, strict=True)]


@pytest.mark.parametrize("name", with_slow(ALONE))
def test_every_rule_can_be_broken_alone(name: str) -> None:
    for rule in rules(name):
        if rule not in TOGETHER.get(name, {}):
            made = making(name).breaking(rule, ROWS, 7)
            assert spoken_against(judged(name, made.data)) == {rule}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(TOGETHER))
def test_rules_that_break_only_together_are_refused(name: str) -> None:
    for rule in TOGETHER[name]:
        with pytest.raises(PeakguardError) as raised:
            making(name).breaking(rule, ROWS, 7)
        assert raised.value.code == codes.RULE_NOT_BREAKABLE
        assert raised.value.context["rule"] == rule


def test_the_list_of_exceptions_names_rules_that_exist() -> None:
    for name, together in TOGETHER.items():
        assert set(together) <= set(rules(name)), name


def test_nullable_columns_have_nulls_and_enums_all_their_values() -> None:
    name = "contract/condition-and-groups bars"
    frame = pl.read_parquet(io.BytesIO(making(name).sample(ROWS, 7).data))
    assert frame["close"].null_count() > 0
    assert frame["open"].null_count() == 0
    every = pl.read_parquet(io.BytesIO(making("contract/every-type bars").sample(ROWS, 7).data))
    assert set(every["j"]) == {"buy", "sell"}


def document(tmp_path: Path, text: str) -> Document[Contract]:
    folder = tmp_path / "contracts"
    folder.mkdir()
    (folder / "c.yaml").write_text(text)
    documents, findings = run(tmp_path)
    assert findings == []
    return cast("Document[Contract]", documents[0])


NESTED = """\
peakguard: 1
kind: contract
name: orders
version: 1.0.0
columns:
  id: {type: string, matches: 'O-\\d{4,8}'}
  time: {type: 'datetime[ns, America/New_York]'}
  side: {type: enum, values: [buy, sell]}
  legs: {list: {qty: int64, price: float64, tag: {type: enum, values: [x, y]}}}
  meta: {record: {venue: string, fee: {type: float64, nullable: true}}}
  total: {type: float64, ge: 0}
  wait: {type: 'duration[ms]'}
key: [id]
order: {by: time}
rules:
  legs_ok: {expr: 'all(p.qty > 0 for p in legs)'}
  adds_up: {expr: 'close(total, sum(p.price for p in legs))'}
  fee: {expr: 'meta.fee < total', on_null: pass}
  hours: {expr: 'hour(time) >= 9 and hour(time) < 16 and weekday(time) <= 5'}
  quick: {expr: 'wait < minutes(5)', max_fail_rate: 0.1}
  size: {dataset: 'mean(total) > 200 and mean(total) < 400'}
"""
MIXED = """\
peakguard: 1
kind: contract
name: ticks
version: 1.0.0
columns:
  symbol: {type: string, matches: '[A-Z]{3,4}'}
  time: {type: 'datetime[us, UTC]'}
  bid: {type: float64, gt: 0, unit: usd}
  ask: {type: float64, gt: 0, unit: usd}
  seq: {type: int64, ge: 0}
key: [symbol, time]
order: {by: time, strict: true}
cadence: {every: 5m, column: time, within: [symbol], max_gap: 2}
rules:
  spread: {expr: '(ask - bid) / bid < 0.05 and ask > bid'}
  seq: {expr: 'seq > prev(seq)', within: [symbol], on_null: pass}
  smooth: {expr: 'bid <= 1.1 * rolling_mean(bid, 5)', within: [symbol], on_null: pass}
  total: {expr: 'cum_sum(seq) < 1000000000', within: [symbol]}
  vol: {dataset: 'std(bid) > 1', within: [symbol]}
"""
HARD = {
    NESTED: [
        "rules.legs_ok",
        "rules.adds_up",
        "rules.fee",
        "rules.hours",
        "rules.quick",
        "rules.size",
        "order",
        "key",
        "columns.legs.items.qty.not_null",
        "columns.legs.items.tag.values",
        "columns.meta.venue.not_null",
    ],
    MIXED: ["cadence", "rules.spread", "rules.seq", "rules.smooth", "rules.total", "rules.vol", "columns.seq.ge"],
}


@pytest.mark.parametrize("text", HARD, ids=["nested", "mixed"])
def test_contracts_that_ask_much(text: str, tmp_path: Path) -> None:
    made = Maker(document(tmp_path, text), "parquet", datetime.now(UTC))
    assert spoken_against(made.sample(120, 7).verdict) == set()
    broken: dict[str, Any] = {rule: spoken_against(made.breaking(rule, 120, 7).verdict) for rule in HARD[text]}
    assert broken == {rule: {rule} for rule in HARD[text]}
