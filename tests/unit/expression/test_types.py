"""The grammar of data types."""

import pytest

from peakguard.expression import types
from peakguard.expression.type_form import from_plain, plain
from peakguard.expression.types import Column, TypeFault, parse_type

TEXTS = [
    "bool",
    "int64",
    "float64",
    "string",
    "date",
    "duration",
    "duration[ns]",
    "enum",
    "decimal(18,8)",
    "decimal(38,0)",
    "datetime[us, UTC]",
    "datetime[ns, America/New_York]",
    "datetime[ms]",
]
BAD = [
    ("integer", 0, 7),
    ("", 0, 0),
    ("Bool", 0, 4),
    ("datetime", 0, 8),
    ("datetime[]", 9, 9),
    ("datetime[s]", 9, 10),
    ("datetime[us,]", 12, 12),
    ("datetime[us, +01:00]", 13, 19),
    ("datetime[us, Mars/Olympus]", 13, 25),
    ("duration[s]", 9, 10),
    ("decimal", 0, 7),
    ("decimal(39,1)", 8, 10),
    ("decimal(0,0)", 8, 9),
    ("decimal(4,5)", 10, 11),
    ("list", 0, 4),
    ("int64 ", 0, 6),
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_type_prints_as_it_is_written(text: str) -> None:
    assert str(parse_type(text)) == text
    assert from_plain(str(parse_type(text))) == parse_type(text)


@pytest.mark.parametrize(("text", "start", "end"), BAD)
def test_a_bad_type_says_which_part_is_wrong(text: str, start: int, end: int) -> None:
    with pytest.raises(TypeFault) as caught:
        parse_type(text)
    assert (caught.value.start, caught.value.end) == (start, end)
    assert caught.value.problem


@pytest.mark.parametrize("text", ["decimal( 18 , 8 )", "datetime[ us ]", "datetime[us,UTC]", "datetime[ us , UTC ]"])
def test_spaces_inside_brackets_mean_nothing(text: str) -> None:
    assert parse_type(text) == parse_type(str(parse_type(text)))


def test_a_bare_datetime_is_any_datetime_where_that_is_asked_for() -> None:
    assert parse_type("datetime", loose=True) == types.ANY_DATETIME
    assert str(types.ANY_DATETIME) == "datetime"


def test_duration_counts_microseconds_unless_it_says_otherwise() -> None:
    assert parse_type("duration") == parse_type("duration[us]") == types.DURATION


def test_json_carries_enum_values_and_record_fields_apart() -> None:
    row = types.records({"symbol": Column(types.STRING), "side": Column(types.enum(("buy", "sell")))})
    assert plain(row) == {"list": {"record": {"symbol": "string", "side": {"enum": ["buy", "sell"]}}}}
    assert from_plain({"list": {"symbol": "string", "side": {"enum": ["buy", "sell"]}}}) == row
    assert from_plain(plain(row)) == row
