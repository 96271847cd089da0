"""W3C Trace Context and Baggage, as text: strict reading, and what is written is read back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakguard.runtime.context.baggage import BYTES, format_baggage, parse_baggage
from peakguard.runtime.context.scope import Member
from peakguard.runtime.context.trace_context import format_traceparent, parse_traceparent, parse_tracestate

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
GOOD = f"00-{TRACE}-{SPAN}-01"
KEYS = st.text("abcXYZ019_.-!#$%&'*+^`|~", min_size=1, max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(deadline=None)
@given(st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.booleans())
def test_what_is_written_is_read_back(trace: int, span: int, sampled: bool) -> None:
    text = format_traceparent(f"{trace:032x}", f"{span:016x}", sampled=sampled)
    assert parse_traceparent(text) == (f"{trace:032x}", f"{span:016x}", sampled)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00",
        GOOD.upper(),
        GOOD[:-1],
        GOOD + "0",
        GOOD + "-",
        GOOD + "-00",
        GOOD + "\n",
        f"ff-{TRACE}-{SPAN}-01",
        f"0-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}g-{SPAN}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00_{TRACE}_{SPAN}_01",
        f"{GOOD},{GOOD}",
        f"00-{TRACE[:-1]}٠-{SPAN}-01",
        f"cc-{TRACE}-{SPAN}-01.x",
    ],
)
def test_what_breaks_the_specification_is_refused(text: str) -> None:
    assert parse_traceparent(text) is None


@pytest.mark.parametrize("text", [GOOD, f" {GOOD}\t", f"cc-{TRACE}-{SPAN}-01", f"cc-{TRACE}-{SPAN}-09-what-ever"])
def test_later_versions_are_read_as_this_one(text: str) -> None:
    assert parse_traceparent(text) == (TRACE, SPAN, True)


@settings(deadline=None)
@given(st.integers(0, 255))
def test_only_one_flag_counts(flags: int) -> None:
    parsed = parse_traceparent(f"00-{TRACE}-{SPAN}-{flags:02x}")
    assert parsed is not None
    assert parsed.sampled == bool(flags & 1)


@settings(deadline=None)
@given(st.text(max_size=70))
def test_no_text_breaks_the_parsers(text: str) -> None:
    assert parse_traceparent(text) is None
    parse_tracestate(text)
    kept = parse_baggage(text)
    again = parse_baggage(format_baggage(kept.members)[0])
    assert again == (kept.members, 0)


@pytest.mark.parametrize(
    "text", ["", "a=1", "a=1,b=2", "fw529a3039@dt=x;y", "a/b*-_0= x", f"a={'x' * 256}", "a=1, ,b=2"]
)
def test_tracestate_goes_on(text: str) -> None:
    assert parse_tracestate(text) == text.replace(", ,", ",")


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "=1",
        "A=1",
        "a=",
        "a=1=2",
        "a=1,a=2",
        "a=é",
        f"a={'x' * 257}",
        "1a=x",
        ",".join(f"a{n}=1" for n in range(33)),
    ],
)
def test_broken_tracestate_is_refused(text: str) -> None:
    assert parse_tracestate(text) is None


@settings(deadline=None)
@given(st.dictionaries(KEYS, TEXTS, max_size=10))
def test_baggage_is_read_back(values: dict[str, str]) -> None:
    members = tuple(Member(key, value) for key, value in values.items())
    text, dropped = format_baggage(members)
    assert text.isascii()
    assert (parse_baggage(text), dropped) == ((members, 0), 0)


def test_baggage_by_the_examples_of_the_specification() -> None:
    text = "key1=value1;property1;property2, key2 = value2, key3=value3; propertyKey=propertyValue,k=a%20b%C3%A9+"
    assert parse_baggage(text) == (
        (
            Member("key1", "value1", ";property1;property2"),
            Member("key2", "value2"),
            Member("key3", "value3", "; propertyKey=propertyValue"),
            Member("k", "a bé+"),
        ),
        0,
    )


@pytest.mark.parametrize(
    ("text", "dropped"), [("a", 1), ("a=b c", 1), ("a b=c", 1), ("a=1,a=2", 1), (",,", 0), ('a="x"', 1)]
)
def test_members_that_are_broken_are_counted(text: str, dropped: int) -> None:
    assert parse_baggage(f"ok=1,{text}").dropped == dropped


def test_octets_that_are_no_text_become_marks() -> None:
    assert parse_baggage("a=%FF").members == (Member("a", "\ufffd"),)


@pytest.mark.parametrize(
    ("count", "size", "kept"), [(64, 1, 64), (65, 1, 64), (3, 4000, 2), (1, BYTES, 0), (1, BYTES - 4, 1)]
)
def test_limits_hold_in_both_directions(count: int, size: int, kept: int) -> None:
    members = tuple(Member(f"k{n:02}", "x" * size) for n in range(count))
    text, dropped = format_baggage(members)
    assert (len(parse_baggage(text).members), dropped, len(text) <= BYTES) == (kept, count - kept, True)
    given_text = ",".join(f"{member.key}={member.value}" for member in members)
    assert parse_baggage(given_text) == (members[:kept], count - kept)
