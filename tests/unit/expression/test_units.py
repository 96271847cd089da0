"""Units of measure: what is added or compared has one unit, products compose theirs."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.diagnostics import codes
from peakguard.expression import compile_text
from peakguard.expression.scope import Column, Scope
from peakguard.expression.types import BOOL, FLOAT64, INT64, decimal, record, records
from peakguard.expression.unit import ONE, Unit, UnitFault, parse_unit, root, shown, times

POSITION = {"qty": Column(FLOAT64, unit="share"), "price": Column(FLOAT64, unit="usd/share")}
SCOPE = Scope(
    {
        "cash": Column(FLOAT64, unit="usd"),
        "fees": Column(FLOAT64, unit="usd"),
        "euros": Column(FLOAT64, unit="eur"),
        "rate": Column(FLOAT64, unit="usd/eur"),
        "shares": Column(INT64, unit="share"),
        "price": Column(FLOAT64, unit="usd/share"),
        "cents": Column(decimal(18, 2), unit="usd"),
        "risk": Column(FLOAT64, unit="fraction"),
        "drawdown": Column(FLOAT64, unit="percent"),
        "spread": Column(FLOAT64, unit="bps"),
        "count_": Column(INT64),
        "flag": Column(BOOL),
        "legs": Column(records(POSITION)),
        "deal": Column(record(POSITION)),
    },
    ordered=True,
)
SOUND = [
    "cash + fees > 0",
    "cash > 100",
    "cash + euros * rate > fees",
    "shares * price + cash > 0",
    "shares * price / cash < 2",
    "price == cash / shares",
    "cash * fees > 4 * cash * cash",
    "sqrt(cash * cash) > fees",
    "cash * (1 + risk) > fees",
    "risk < cash / fees",
    "drawdown / 100 < risk",
    "0.01 * drawdown < risk",
    "spread / 10000 < risk",
    "spread * 0.0001 * cash < fees",
    "drawdown < 20",
    "close(cash, fees, abs=0.01)",
    "max(cash, fees, 0) > 0",
    "clip(cash, 0, fees) > 0",
    "(cash if flag else fees) > cash",
    "cash in [0, 100]",
    "cents * 2 > cents",
    "delta(cash) >= 0 and pct_change(cash) < 0.5 and prev(cash) > fees",
    "log(cash) > 3 and sign(cash) > 0",
    "cash + sum(p.qty * p.price for p in legs) > fees",
    "all(p.price > price for p in legs)",
    "count(1 for p in legs if p.qty != 0) < 3",
    "deal.qty * deal.price < cash",
    "(cash > fees) == (euros > 3)",
    "pow(cash, 2) > fees * fees",
]
UNSOUND = [
    ("cash + euros > 0", 0, 12, "usd", "eur"),
    ("cash > euros", 0, 12, "usd", "eur"),
    ("cash > count_", 0, 13, "usd", "no unit"),
    ("count_ - shares > 0", 0, 15, "no unit", "share"),
    ("cash > price", 0, 12, "usd", "usd/share"),
    ("drawdown < risk", 0, 15, "percent", "no unit"),
    ("spread > drawdown", 0, 17, "bps", "percent"),
    ("drawdown / 10 < risk", 0, 20, "percent", "no unit"),
    ("max(cash, euros) > 0", 4, 15, "usd", "eur"),
    ("close(cash, shares)", 6, 18, "usd", "share"),
    ("(cash if flag else euros) > 0", 1, 24, "usd", "eur"),
    ("coalesce(cash, euros) > 0", 9, 20, "usd", "eur"),
    ("cash * cash > cash", 0, 18, "usd^2", "usd"),
    ("sqrt(cash) > cash", 0, 17, "usd^1/2", "usd"),
    ("sum(p.qty for p in legs) > cash", 0, 31, "share", "usd"),
    ("any(p.qty > p.price for p in legs)", 4, 19, "share", "usd/share"),
    ("deal.price > cash", 0, 17, "usd/share", "usd"),
    ("1 / cash > cash", 0, 15, "1/usd", "usd"),
    ("delta(cash) > shares", 0, 20, "usd", "share"),
]


@pytest.mark.parametrize("text", SOUND)
def test_units_that_fit_are_accepted(text: str) -> None:
    assert [each.code for each in compile_text(text, SCOPE)[1] if each.code == codes.UNITS_DIFFER] == []


@pytest.mark.parametrize(("text", "start", "end", "left", "right"), UNSOUND)
def test_units_that_differ_are_a_fault_over_both(text: str, start: int, end: int, left: str, right: str) -> None:
    typed, faults = compile_text(text, SCOPE)
    assert typed is None
    (found,) = (each for each in faults if each.code == codes.UNITS_DIFFER)
    assert (found.start, found.end, found.data["left"], found.data["right"]) == (start, end, left, right)


def test_shares_of_one_come_with_advice() -> None:
    advice = [
        compile_text(text, SCOPE)[1][0].data["advice"]
        for text in ("drawdown < risk", "spread < risk", "cash < 1 * euros")
    ]
    assert [bool(each) for each in advice] == [True, True, False]
    assert "100" in advice[0]
    assert "10000" in advice[1]


def test_dataset_rules_have_units_too() -> None:
    dataset = SCOPE._replace(dataset=True)
    assert compile_text("mean(cash) > std(fees)", dataset)[1] == []
    assert compile_text("mean(cash) > mean(euros)", dataset)[1][0].code == codes.UNITS_DIFFER
    assert compile_text("sum(shares) > count()", dataset)[1][0].code == codes.UNITS_DIFFER


@pytest.mark.parametrize(
    "text", ["usd", "usd/share", "day*usd", "usd^2", "1/s", "1", "fraction", "bps", "m/s^2", " usd / share "]
)
def test_a_unit_is_read(text: str) -> None:
    assert shown(parse_unit(text)) in (text.replace(" ", ""), "no unit")


@pytest.mark.parametrize(
    "text", ["", "usd/", "/usd", "usd share", "usd//share", "usd^", "usd^-", "$", "(usd)", "2usd", "usd^999"]
)
def test_a_text_that_is_no_unit_is_refused(text: str) -> None:
    with pytest.raises(UnitFault):
        parse_unit(text)


UNITS = st.lists(st.sampled_from(["usd", "eur", "share", "s"]), max_size=3).flatmap(
    lambda names: st.builds(
        lambda powers: _unit(list(zip(names, powers, strict=True))),
        st.lists(st.integers(-3, 3), min_size=len(names), max_size=len(names)),
    )
)


def _unit(powers: list[tuple[str, int]]) -> Unit:
    made = ONE
    for name, power in powers:
        made = times(made, ((name, Fraction(power)),) if power else ONE)
    return made


@given(UNITS, UNITS, UNITS)
def test_units_form_a_group(a: Unit, b: Unit, c: Unit) -> None:
    assert times(a, b) == times(b, a)
    assert times(times(a, b), c) == times(a, times(b, c))
    assert times(a, a, -1) == ONE == times(ONE, ONE)
    assert root(times(a, a)) == a


@given(UNITS)
def test_a_unit_prints_as_it_is_read(unit: Unit) -> None:
    assert not unit or parse_unit(shown(unit)) == unit
