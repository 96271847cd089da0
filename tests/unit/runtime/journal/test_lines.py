"""A line of the journal proves itself: what is cut or changed is known, and spoils nothing but itself."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from peakguard.runtime.event_form import plain, plain_value
from peakguard.runtime.events import Event
from peakguard.runtime.journal.lines import LONGEST, decode, encode

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.sets(st.integers()),
    max_leaves=8,
)
FIELDS = st.dictionaries(st.text(), VALUES, max_size=5)


def event(fields: dict[str, Any]) -> dict[str, Any]:
    return plain(Event("call_refused", 1, "error", None, None, None, None, fields))


def lines(data: bytes) -> list[dict[str, Any] | None]:
    return [decode(line) for line in data.split(b"\n") if line]


@given(fields=FIELDS)
def test_what_is_written_is_read(fields: dict[str, Any]) -> None:
    assert lines(encode(event(fields))) == [event(fields)]


@given(fields=FIELDS, data=st.data())
def test_a_line_that_is_cut_spoils_no_other(fields: dict[str, Any], data: st.DataObject) -> None:
    whole = encode(event(fields))
    cut = whole[: data.draw(st.integers(0, len(whole) - 2))]
    found = lines(encode(event({})) + cut + whole)
    assert [each for each in found if each is not None] == [event({}), event(fields)]


@given(fields=FIELDS, data=st.data())
def test_a_byte_that_changed_is_known(fields: dict[str, Any], data: st.DataObject) -> None:
    whole = bytearray(encode(event(fields)))
    place = data.draw(st.integers(1, len(whole) - 2))
    whole[place] ^= data.draw(st.integers(1, 255))
    assert event(fields) not in lines(bytes(whole))


@given(value=VALUES)
def test_values_are_bounded(value: Any) -> None:
    assert len(str(plain_value(value))) < 50**4 * 600  # as deep and as long as may be
    assert plain_value(plain_value(value)) == plain_value(value)


def test_a_line_that_would_be_too_long_says_so() -> None:
    whole = encode(event({f"field{number}": "x" * 500 for number in range(60)}))
    assert len(whole) < LONGEST
    (found,) = lines(whole)
    assert found is not None
    assert found["attributes"]["left_out"] > LONGEST
