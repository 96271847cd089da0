"""The monitor and the query over a whole result agree with the naive reference, on random policies and streams."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peakguard.engines.polars import running, step_nearest, step_rows
from peakguard.kinds.invariants.compile import compile_document
from peakguard.kinds.invariants.model import Invariants
from peakguard.kinds.invariants.reference import Meaning, meaning
from peakguard.kinds.invariants.runtime import bind
from peakguard.language.decode import decode
from peakguard.runtime.invariant import InvariantOutcome, Verification
from peakguard.syntax.parse import parse
from peakguard.syntax.source import Source

STATE = {
    "at": "datetime[us, UTC]",
    "book": "string",
    "n": "int64",
    "x": {"type": "float64"},
    "y": {"type": "float64", "nullable": True, "finite": False},
    "ps": {"list": {"q": "float64", "p": "float64"}},
}
NUMBERS = ["n", "x", "y", "x - prev(x)", "cum_max(x)", "cum_sum(n)", "rolling_mean(x, 3)", "abs(y)", "delta(n)"]
NUMBERS += ["sum(p.q * p.p for p in ps)", "sum(p.q for p in ps if p.p > 0)", "first(x)", "count(p.q > 0 for p in ps)"]
EVENTS = ["changed(n)", "x > 1", "is_null(y)", "n == 2", "since(x > 0) > 2", "len(book) > 1", "y < x"]
EVENTS += ["any(p.q > 1 for p in ps)", "book == 'a'", "is_finite(y)", "at > prev(at)"]
EVENTS += ["at - prev(at) > seconds(5)"]
number = st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0, 3.25])
event = st.one_of(
    st.sampled_from(EVENTS),
    st.builds("{} {} {}".format, st.sampled_from(NUMBERS), st.sampled_from(["<", "<=", ">", ">="]), number),
    st.builds("{} {} {}".format, st.sampled_from(NUMBERS), st.sampled_from(["<", ">="]), st.sampled_from(NUMBERS)),
    st.builds("close({}, {}, rel={}, abs={})".format, st.sampled_from(NUMBERS), number, st.just(0.1), st.just(0.5)),
)
event = st.one_of(event, st.builds("({}) and ({})".format, event, event), st.builds("not ({})".format, event))
groups = st.sampled_from([[], ["book"], ["book", "n"]])
BEGIN = datetime(2026, 1, 2, tzinfo=UTC)


def _steps(number: int) -> dict[str, Any]:
    return {"steps": number}


def _duration(seconds: int) -> dict[str, Any]:
    return {"duration": f"{seconds}s"}


@st.composite
def invariants(draw: st.DrawFn) -> dict[str, Any]:
    form = draw(st.sampled_from(["expr", "never", "eventually", "after"]))
    made: dict[str, Any] = {form: draw(event)}
    if form == "after":
        made |= {"expect": draw(event), "within": draw(groups)}
        made |= draw(st.one_of(st.builds(_steps, st.integers(1, 3)), st.builds(_duration, st.integers(0, 12))))
    elif form != "eventually":
        made |= {"within": draw(groups), "on_null": draw(st.sampled_from(["fail", "pass"]))}
        if draw(st.booleans()):
            made["when"] = draw(event)
        grace = draw(st.sampled_from([None, 1, 2, {"failures": 2, "of": 4}]))
        made |= {"grace": grace} if grace is not None else {}
    return made


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    made = draw(st.lists(invariants(), min_size=1, max_size=5))
    ends = draw(st.lists(event, max_size=2))
    return {
        "peakguard": 1,
        "kind": "invariants",
        "name": "random",
        "version": "1.0.0",
        "mode": "observe",
        "state": STATE,
        "invariants": {f"i{place}": each for place, each in enumerate(made)},
        "at_end": {f"e{place}": {"expr": text} for place, text in enumerate(ends)},
    }


finite = st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0, 100.0, 1e300])
odd = st.sampled_from([math.nan, math.inf, None])
record = st.fixed_dictionaries({"q": finite, "p": finite})
step = st.fixed_dictionaries(
    {
        # Uneven, equal, and now and then back.
        "at": st.one_of(st.integers(0, 30), st.integers(0, 30), st.integers(-5, 400)),
        "book": st.sampled_from(["a", "b", "cc"]),
        "n": st.integers(-2, 3),
        "x": st.one_of(finite, finite, finite, finite, odd),
        "y": st.one_of(finite, odd),
        "ps": st.lists(st.one_of(record, record, record, st.fixed_dictionaries({"q": odd, "p": finite})), max_size=2),
    }
)


def document_of(policy: Mapping[str, Any]) -> Any:
    """The policy as it is decoded."""
    text = json.dumps(policy)
    node, faults = parse(Source("random.yaml", text))
    assert node is not None, faults
    document, findings = decode("random.yaml", node)
    assert document is not None, findings
    return document


def is_sound(row: Mapping[str, Any], read: frozenset[str]) -> bool:
    """Whether all values are of their types; of the records of the list only what is read counts."""
    inner = [value for each in row["ps"] for name, value in each.items() if name in read]
    return all(value is not None and math.isfinite(value) for value in [row["x"], *inner])


def frame_of(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    record_type = pl.Struct({"q": pl.Float64, "p": pl.Float64})
    schema: dict[str, Any] = {
        "at": pl.Datetime("us", "UTC"),
        "book": pl.String,
        "n": pl.Int64,
        "x": pl.Float64,
        "y": pl.Float64,
        "ps": pl.List(record_type),
    }
    return pl.DataFrame([_timed(row) for row in rows], schema=schema)


def _timed(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its time, which is written as seconds, as a time."""
    return {**row, "at": BEGIN + timedelta(seconds=row["at"])}


def _canonical(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its time as the reference takes it: a count of microseconds."""
    return {**row, "at": round(_timed(row)["at"].timestamp()) * 10**6}


def counts(outcome: InvariantOutcome) -> Meaning:
    first = outcome.first.step if outcome.first is not None else None
    told = (outcome.evaluations, outcome.exercised, outcome.failed, outcome.unknown, outcome.open, outcome.broken)
    return Meaning(*told, first)


def streamed(table: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Verification:
    monitor = bind(table).monitor()
    for row in rows:
        monitor.step(**_timed(row))
    return monitor.outcome()


@contextmanager
def in_pieces() -> Iterator[None]:
    """Results of few rows are looked at as long ones are."""
    with (
        patch.object(step_rows, "FROM", 1),
        patch.object(step_nearest, "_PIECE", 3),
        patch.object(running, "_PIECE", 2),
    ):
        yield


def judge(policy: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """All three give the same counts, first steps and closest calls."""
    document = document_of(policy)
    spec: Invariants = document.spec
    table = compile_document(document)
    read = frozenset(name for name in "qp" if f"p.{name}" in json.dumps(policy))
    sound = [(number, row) for number, row in enumerate(rows, 1) if is_sound(row, read)]
    expected = meaning(spec, [_canonical(row) for _, row in sound], [number for number, _ in sound])
    stream = streamed(table, rows)
    query = bind(table).verify(frame_of(rows))
    with in_pieces():
        long = bind(table).verify(frame_of(rows))
        # Where the closest calls are is looked for when they are asked for.
        assert all(each.closest is None or each.closest.step for each in long.outcomes)
    for found in (stream, query, long):
        outcomes = {outcome.id: outcome for outcome in found.outcomes}
        assert outcomes.pop("state").failed == len(rows) - len(sound)
        assert {id: counts(outcome) for id, outcome in outcomes.items()} == expected
    for one, other in [
        *zip(stream.outcomes, query.outcomes, strict=True),
        *zip(stream.outcomes, long.outcomes, strict=True),
    ]:
        assert (one.closest is None) == (other.closest is None), one.id
        if one.closest is not None and other.closest is not None:
            assert one.closest.kind == other.closest.kind, one.id
            assert (one.closest.measure, one.closest.step) == (other.closest.measure, other.closest.step), one.id
        assert (one.first is None) == (other.first is None)
        if one.first is not None and other.first is not None:
            assert one.first._replace(values={}, before=()) == other.first._replace(values={}, before=()), one.id


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policies(), st.lists(step, max_size=12))
def test_the_three_agree(policy: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    judge(policy, rows)


NEAR = ["x >= -1e6", "cum_max(x) >= x", "x - cum_min(x) > -1", "close(cum_max(x), x, rel=0, abs=1000)", "n < 9"]
NEAR += ["delta(x) < 1000.5", "prev(n, 2) > -9", "close(x + n, n + x, rel=1e-9, abs=1e-6)", "y > -1000", "y * 2 < 7e3"]
NEAR += [
    "close(x, y, rel=0.9, abs=1000)",
    "x - y < 1e4 and cum_max(n) - n < 7",
    "at >= prev(at, 3)",
    "cum_max(x - n) < 900",
]
NEAR += [
    "close(x, x + n / 100, rel=1, abs=0)",
    "close(x, n, rel=0.5, abs=200) and close(x, x, rel=0, abs=1)",
    "not is_null(x)",
]
NEAR += ["sum(p.q * p.p for p in ps) <= 1e5", "close(x * 3, x + x + x, rel=1e-2, abs=1e-3)", "rolling_max(x, 2) <= 100"]
NEAR += ["cum_max(y) > -1000", "cum_min(y + x) < 1000", "x - prev(x + n) > -250"]


@st.composite
def kept(draw: st.DrawFn) -> dict[str, Any]:
    """Invariants that most rows keep, each more or less closely."""
    chosen = draw(st.lists(st.sampled_from(NEAR), min_size=1, max_size=6, unique=True))
    null = st.sampled_from(["fail", "pass", "pass"])
    made = {f"k{place}": {"expr": text, "on_null": draw(null)} for place, text in enumerate(chosen)}
    return {**draw(policies()), "at_end": {}, "invariants": made}


some = st.floats(-100, 100)
sound_step = st.fixed_dictionaries(
    {
        "at": st.integers(0, 30),
        "book": st.just("a"),
        "n": st.integers(-2, 3),
        "x": some,
        "y": st.one_of(some, some, some, some, some, st.just(math.nan), st.none()),
        "ps": st.lists(st.fixed_dictionaries({"q": some, "p": some}), max_size=2),
    }
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kept(), st.lists(sound_step, min_size=1, max_size=14))
def test_the_three_agree_on_what_is_kept(policy: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    judge(policy, rows)


@st.composite
def waits(draw: st.DrawFn) -> dict[str, Any]:
    """Several waits by time, over few steps and groups, so that many of them are late, and many just not."""
    simple = st.sampled_from(["n == 2", "n < 0", "x > 1", "changed(n)", "book == 'a'", "at > prev(at)", "n != 0"])
    made = st.fixed_dictionaries(
        {"after": simple, "expect": simple, "within": groups, "duration": st.builds("{}s".format, st.integers(0, 20))}
    )
    policy = draw(policies())
    chosen = draw(st.lists(made, min_size=1, max_size=4))
    return {**policy, "at_end": {}, "invariants": {f"w{place}": each for place, each in enumerate(chosen)}}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(waits(), st.lists(step, min_size=3, max_size=14))
def test_the_three_agree_on_waits_by_time(policy: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    judge(policy, rows)


@pytest.mark.slow
@settings(max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(waits(), st.lists(step, min_size=3, max_size=24))
def test_the_three_agree_on_many_waits_by_time(policy: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    judge(policy, rows)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(policies(), st.lists(step, max_size=20))
def test_the_three_agree_on_many(policy: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    judge(policy, rows)
