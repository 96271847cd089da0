"""The text for Python: plain where types promise enough, guarded where they do not."""

from decimal import Decimal, localcontext
from typing import Any

import pytest

from peakguard.expression import compile_text, emit_scalar, looks_back
from peakguard.expression.emit.scalar_writer import NoScalarForm
from peakguard.expression.scope import Column, Scope
from peakguard.expression.types import FLOAT64, decimal
from peakguard.runtime.scalar import load_ordered, load_scalar
from tests.unit.expression.scopes import DATASET, ROWS


def emitted(text: str, scope: Scope = ROWS) -> str:
    typed, faults = compile_text(text, scope)
    assert typed is not None, faults
    return emit_scalar(typed)


def body(text: str) -> str:
    """What a rule returns, for a rule of one statement."""
    head, _, found = emitted(text).partition("    return ")
    assert head.startswith("def rule("), head
    return found.rstrip("\n")


PLAIN = [
    ("open < high", "open < high"),
    ("open < high and high <= close_", "open < high <= close_"),
    ("high >= max(open, close_)", "high >= (close_ if close_ > open else open)"),
    ("count_ // 2 == 1", "count_ // 2 == 1"),
    ("high / 2 > 1", "high / 2.0 > 1.0"),
    ("flag and not flag", "flag and not flag"),
    ("side not in ('buy', 'sell')", 'side not in ("buy", "sell")'),
    ("count_ in (1, -2, 3, 4)", "count_ in {1, -2, 3, 4}"),
    ("len(symbol) + 1 > 3", "len(symbol) + 1 > 3"),
    ("len(symbol) > high", "len(symbol) > high"),
    (
        "len(symbol) / hour(nano) > 1",
        "(_2 / _1 if (_2 := len(symbol)) is not None and (_1 := nano // 3600000000000 % 24) else by_zero(_2)) > 1.0",
    ),
    ("high * count_ > 1", "high * count_ > 1.0"),
    ("pow(high, 3) > 1", "high * high * high > 1.0"),
    ("hour(nano) == 3", "nano // 3600000000000 % 24 == 3"),
    ("close(high, open)", "isclose(high, open, rel_tol=1e-09, abs_tol=0.0)"),
    ("(high if flag else open) > 1", "(high if flag else open) > 1.0"),
    ("symbol == 'it''s\"'", "symbol == 'its\"'"),
]


@pytest.mark.parametrize(("text", "wanted"), PLAIN)
def test_promises_spare_guards(text: str, wanted: str) -> None:
    assert body(text) == wanted


GUARDED = [
    ("volume >= 0", "volume >= 0.0 if volume is not None else None"),
    ("flag and volume >= 0", "flag and (volume >= 0.0 if volume is not None else None)"),
    ("volume >= 0 and flag", "flag and (volume >= 0.0 if volume is not None else None)"),
    ("max(open, wild) > 1", "(wild if wild > open or wild != wild else open) > 1.0"),
    ("count_ + 1 > 1", "_1 > 1 if (_1 := count_ + 1) <= 9223372036854775807 else None"),
    ("high / open > 1", "(high / open if open else by_zero(high)) > 1.0"),
    ("count_ % count_ > 1", "count_ % count_ > 1 if count_ != 0 else None"),
    ("count_ > high", "float(count_) > high"),
    ("is_null(volume) or volume > 1", "volume is None or volume > 1.0"),
    ("coalesce(volume, high) > 1", "(volume if volume is not None else high) > 1.0"),
    ("sqrt(high) > 1", "(sqrt(high) if high >= 0.0 else NAN) > 1.0"),
]


@pytest.mark.parametrize(("text", "wanted"), GUARDED)
def test_a_guard_stands_where_no_promise_does(text: str, wanted: str) -> None:
    assert body(text) == wanted


def test_rows_without_nulls_take_one_check() -> None:
    assert emitted("volume > 0 and lots > 1 and high > open") == (
        "def rule(volume, lots, high, open):\n"
        "    if volume is None or lots is None:\n"
        "        return high > open and (False if (_1 := volume > 0.0 if volume is not None else None) is False"
        " or (_2 := lots > 1 if lots is not None else None) is False else _1 and _2)\n"
        "    return volume > 0.0 and lots > 1 and high > open\n"
    )


def test_one_column_is_not_checked_twice() -> None:
    assert emitted("(1 if volume > 1 else 2) > 1 and abs(volume - high) < 0.1 * volume") == (
        "def rule(volume, high):\n"
        "    if volume is None:\n"
        "        return None\n"
        "    return (1 if volume > 1.0 else 2) > 1 and abs(volume - high) < 0.1 * volume\n"
    )
    assert body("coalesce(volume, 0) > 1 or is_null(lots)") == (
        "(volume if volume is not None else 0.0) > 1.0 or lots is None"
    )
    assert body("abs(volume - high) < 0.1 * volume") == (
        "abs(volume - high) < 0.1 * volume if volume is not None else None"
    )


def test_patterns_and_decimals_are_made_once() -> None:
    assert emitted("matches(symbol, r'\\d') or price > 0.01") == (
        'MATCHES_1 = matcher("[0-9]")\n'
        'DECIMAL_2 = Decimal("0.01")\n\n\n'
        "def rule(symbol, price):\n"
        "    return MATCHES_1(symbol) or price > DECIMAL_2\n"
    )


def test_ordered_functions_have_a_state() -> None:
    assert emitted("high >= 0.8 * cum_max(high) and delta(volume) >= 0") == (
        "def start():\n"
        "    return [None, None]\n\n\n"
        "def step(state, high, volume):\n"
        "    _1 = state[0]\n"
        "    if _1 is None or high > _1:\n"
        "        _1 = state[0] = high\n"
        "    _2 = state[1]\n"
        "    state[1] = volume\n"
        "    return high >= 0.8 * _1 and (volume - _2 >= 0.0 if volume is not None and _2 is not None else None)\n"
    )


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("prev(high) > 1 and prev(high) < 9 and delta(high) > 1", "[None]"),
        ("prev(high) > 1 and prev(high, 2) < 9", "[None, deque((), 2)]"),
        ("prev(high) > 1 and prev(open) < 9", "[None, None]"),
        ("prev(1 if flag else 0) == 1 and prev(1.0 if flag else 0.0) > high", "[None, None]"),
        ("prev(prev(high)) > 1 and prev(high) > 1", "[None, None]"),
    ],
)
def test_the_same_function_of_the_same_value_is_kept_once(text: str, state: str) -> None:
    assert f"    return {state}\n" in emitted(text)


def test_every_row_reaches_every_ordered_function() -> None:
    """Also where `and` has nothing more to ask."""
    typed, _ = compile_text("flag and since(high > 10) == 2", ROWS)
    assert typed is not None
    assert looks_back(typed)
    start, step = load_ordered(emit_scalar(typed))
    state = start()
    rows = [(True, 11.0), (False, 1.0), (True, 1.0), (True, 1.0), (False, 11.0), (True, 2.0)]
    assert [step(state, *row) for row in rows] == [False, False, True, False, False, False]


def test_states_of_groups_do_not_touch() -> None:
    start, step = load_ordered(emitted("high > prev(high, 2)"))
    one, other = start(), start()
    assert [step(one, 1.0), step(other, 9.0), step(one, 1.0), step(other, 9.0)] == [None] * 4
    assert [step(one, 2.0), step(other, 2.0)] == [True, False]


TAKEN = ["min", "len", "state", "_1", "_1_", "MATCHES_1", "float", "NAN", "by_zero", "by_zero_", "__debug__", "rule"]


def test_a_column_may_bear_any_name() -> None:
    scope = Scope({name: Column(FLOAT64) for name in TAKEN})
    text = " and ".join(f"between({name}, {place}, {place})" for place, name in enumerate(TAKEN))
    rule = load_scalar(emitted(text, scope))
    values = [float(place) for place in range(len(TAKEN))]
    assert rule(*values) is True
    for place in range(len(TAKEN)):
        assert rule(*values[:place], 99.0, *values[place + 1 :]) is False
    later = load_scalar(emitted("float - by_zero < by_zero_", scope))
    assert later(5.0, 3.0, 2.5) is True
    assert later(5.0, 3.0, 1.5) is False


@pytest.mark.parametrize(
    "text", ["count() > 1", "share(high > 1) > 0.5", "max(high) > 1", "share(high > prev(high)) > 0"]
)
def test_a_rule_of_all_rows_has_no_scalar_form(text: str) -> None:
    with pytest.raises(NoScalarForm):
        emitted(text, DATASET)


def test_decimals_ignore_the_digits_that_the_caller_works_with() -> None:
    scope = Scope({"d": Column(decimal(38, 18)), "e": Column(decimal(30, 10))})
    long = Decimal("-12345678901234567890.123456789012345678")
    cases: list[tuple[str, tuple[Any, ...]]] = [
        ("-(-d) == d", (long,)),
        ("abs(d) == -d", (long,)),
        ("e + e - e == e", (Decimal("12345678901234567890.1234567891"),)),
    ]
    for text, values in cases:
        with localcontext() as context:
            context.prec = 3
            assert load_scalar(emitted(text, scope))(*values) is True, text


def test_generated_text_has_no_builtins() -> None:
    rule = load_scalar(emitted("high > 1"))
    assert rule.__globals__["__builtins__"] == {}


def test_the_same_text_is_compiled_once() -> None:
    assert load_scalar(emitted("high > 1")) is load_scalar(emitted("high > 1"))


def test_a_long_list_is_one_look_up() -> None:
    text = f"count_ in ({', '.join(map(str, range(1000)))})"
    typed, _ = compile_text(text, ROWS, bounded=False)
    assert typed is not None
    rule = load_scalar(emit_scalar(typed))
    assert rule(999) is True
    assert rule(1000) is False
