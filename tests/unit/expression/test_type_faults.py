"""Every type fault: its code, the very text under the caret (between « and »), and its data."""

from typing import Any

import pytest

from peakguard.diagnostics import codes
from peakguard.expression import compile_text
from peakguard.expression.scope import Scope
from tests.unit.expression.scopes import CONFIG, DATASET, ROWS

ROW_CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("«hihg» > 0", codes.UNKNOWN_NAME, {"name": "hihg", "suggestion": "Did you mean `high`? "}),
    ("high > 0 and «x»", codes.UNKNOWN_NAME, {"name": "x", "suggestion": ""}),
    ("«mx»(high, open) > 0", codes.UNKNOWN_FUNCTION, {"function": "mx", "suggestion": "Did you mean `max`? "}),
    ("«print»(high) > 0", codes.UNKNOWN_FUNCTION, {"function": "print"}),
    ("«abs()» > 0", codes.ARGUMENT_COUNT, {"expected": "1 argument", "found": 0, "signature": "abs(x)"}),
    ("«abs(high, open)» > 0", codes.ARGUMENT_COUNT, {"expected": "1 argument", "found": 2}),
    ("«max(high)» > 0", codes.ARGUMENT_COUNT, {"expected": "2 or more arguments", "found": 1}),
    ("«close(high)»", codes.ARGUMENT_COUNT, {"signature": "close(a, b, rel=1e-09, abs=0.0, ulp=0, ticks=0, tick=0.0)"}),
    ("«close(high, open, 0.1, rel=0.1)»", codes.ARGUMENT_COUNT, {"expected": "2 to 7 arguments", "found": 4}),
    ("close(high, open, «tol»=0.1)", codes.UNKNOWN_ARGUMENT, {"argument": "tol"}),
    ("close(high, open, rel=«high»)", codes.LITERAL_WANTED, {"parameter": "rel", "form": "a number from 0"}),
    ("close(high, open, rel=«-1»)", codes.LITERAL_WANTED, {"parameter": "rel"}),
    ("prev(high, «0») > 0", codes.LITERAL_WANTED, {"parameter": "n"}),
    ("prev(high, «1.5») > 0", codes.LITERAL_WANTED, {"parameter": "n"}),
    ("prev(high, «True») > 0", codes.LITERAL_WANTED, {"parameter": "n"}),
    ("pow(high, «9») > 0", codes.LITERAL_WANTED, {"parameter": "n"}),
    ("held < seconds(«count_»)", codes.LITERAL_WANTED, {"function": "seconds"}),
    ("held < seconds(«0.0001»)", codes.LITERAL_WANTED, {"form": "a number that makes whole milliseconds"}),
    ("matches(symbol, «symbol»)", codes.LITERAL_WANTED, {"parameter": "pattern"}),
    ("matches(symbol, r'a«$»')", codes.BAD_PATTERN, {"construct": "$"}),
    ("matches(symbol, 'x(a«(?=»b))')", codes.BAD_PATTERN, {"construct": "(?="}),
    ("abs(«symbol») > 0", codes.WRONG_ARGUMENT, {"expected": "a number or duration", "found": "string"}),
    ("len(«high») > 0", codes.WRONG_ARGUMENT, {"parameter": "x", "expected": "a string or bytes", "found": "float64"}),
    ("is_nan(«count_»)", codes.WRONG_ARGUMENT, {"expected": "a float64", "found": "int64"}),
    ("since(«high») > 3", codes.WRONG_ARGUMENT, {"expected": "a bool", "found": "float64"}),
    ("year(«symbol») > 3", codes.WRONG_ARGUMENT, {"expected": "a date or datetime"}),
    ("date(«'2024-13-01'») < day_", codes.LITERAL_WANTED, {"function": "date"}),
    ("date(«symbol») < day_", codes.LITERAL_WANTED, {"function": "date"}),
    ("«flag» + 1 > 0", codes.WRONG_OPERAND, {"operator": "+", "expected": "a number", "found": "bool"}),
    ("high * («high > open») > 0", codes.WRONG_OPERAND, {"operator": "*", "found": "bool"}),
    ("-«flag» == 1", codes.WRONG_OPERAND, {"operator": "-", "found": "bool"}),
    ("«symbol» * 3 == 'a'", codes.WRONG_OPERAND, {"operator": "*", "found": "string"}),
    ("«high» % 2 == 0", codes.WRONG_OPERAND, {"operator": "%", "expected": "int64", "found": "float64"}),
    ("«high» and flag", codes.WRONG_OPERAND, {"operator": "and", "expected": "a bool", "found": "float64"}),
    ("not «count_»", codes.WRONG_OPERAND, {"operator": "not", "found": "int64"}),
    ("(high if «count_» else open) > 0", codes.WRONG_OPERAND, {"operator": "if", "found": "int64"}),
    ("«flag < True»", codes.WRONG_OPERAND, {"operator": "<", "expected": "values with an order"}),
    ("«side < 'sell'»", codes.WRONG_OPERAND, {"operator": "<"}),
    ("«high == symbol»", codes.TYPES_DIFFER, {"operator": "==", "left": "float64", "right": "string"}),
    ("«flag == 1»", codes.TYPES_DIFFER, {"left": "bool", "right": "int64"}),
    ("«day_ < at»", codes.TYPES_DIFFER, {"left": "date", "right": "datetime[us, UTC]"}),
    ("open < «high < symbol»", codes.TYPES_DIFFER, {"right": "string"}),
    ("(«high if flag else symbol») > 0", codes.TYPES_DIFFER, {"operator": "if"}),
    ("coalesce(«volume, symbol») > 0", codes.TYPES_DIFFER, {"operator": "coalesce"}),
    ("«day_ + days(1)» > day_", codes.TYPES_DIFFER, {"operator": "+", "left": "date", "right": "duration[ms]"}),
    ("«at + at» > at", codes.TYPES_DIFFER, {"operator": "+"}),
    ("max(«at, york») > at", codes.TYPES_DIFFER, {"operator": "max"}),
    ("high in (1, «'a'»)", codes.TYPES_DIFFER, {"operator": "in", "right": "string"}),
    ("symbol in ('a', «1», «2»)", codes.TYPES_DIFFER, {"operator": "in", "right": "int64"}),
    ("«at < local»", codes.NAIVE_AND_AWARE, {"left": "datetime[us, UTC]", "right": "datetime[us]"}),
    ("«at - local» > hours(1)", codes.NAIVE_AND_AWARE, {"operator": "-"}),
    ("«price < high»", codes.DECIMAL_AND_FLOAT, {"left": "decimal(18,8)", "right": "float64"}),
    ("«high + price» > 0", codes.DECIMAL_AND_FLOAT, {"operator": "+", "left": "float64"}),
    ("«price» / 2 > 1", codes.WRONG_OPERAND, {"operator": "/", "found": "decimal(18,8)"}),
    ("«huge * price» > 1", codes.DECIMAL_TOO_WIDE, {"digits": 56}),
    ("«huge + 1» > 1", codes.DECIMAL_TOO_WIDE, {"digits": 39}),
    ("side == «'hold'»", codes.NOT_AN_ENUM_VALUE, {"value": "hold", "values": "buy, sell"}),
    ("side in ('buy', «'sel'»)", codes.NOT_AN_ENUM_VALUE, {"suggestion": "Did you mean `sell`? "}),
    ("«count_»", codes.NOT_A_VERDICT, {"found": "int64"}),
    ("«high - open»", codes.NOT_A_VERDICT, {"found": "float64"}),
    ("«1 < 2»", codes.CONSTANT_RULE, {"value": "true"}),
    ("«high > 0 and False»", codes.CONSTANT_RULE, {"value": "false"}),
    ("«1 // 0 > 1»", codes.CONSTANT_RULE, {"value": "unknown"}),
    ("«volume == None»", codes.NONE_LITERAL, {}),
    ("«volume is not None»", codes.NONE_LITERAL, {}),
    ("coalesce(volume, «None») > 0", codes.NONE_LITERAL, {}),
    ("volume in («None», 1)", codes.NONE_LITERAL, {}),
    ("«mean»(high) > 0", codes.FUNCTION_NOT_HERE, {"function": "mean", "group": "dataset"}),
    ("«zscore»(high) > 0", codes.FUNCTION_NOT_HERE, {"group": "spread"}),
    ("«cum_sum(1)» > 0", codes.CONSTANT_ARGUMENT, {"function": "cum_sum"}),
]
DATASET_CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("«high» > 0", codes.ROW_IN_DATASET, {"name": "high"}),
    ("mean(high) > «open» + «high»", codes.ROW_IN_DATASET, {}),
    ("«prev(high)» > 0", codes.ROW_IN_DATASET, {"name": "prev"}),
    ("«zscore(high)» > 0", codes.ROW_IN_DATASET, {"name": "zscore"}),
    ("share(high > «mean»(high)) > 0.5", codes.NESTED_DATASET, {"function": "mean", "outer": "share"}),
    ("share(«high») > 0.5", codes.WRONG_ARGUMENT, {"expected": "a bool"}),
    ("«sum(1)» > 0", codes.CONSTANT_ARGUMENT, {"function": "sum"}),
    ("quantile(high, «1.5») > 0", codes.LITERAL_WANTED, {"form": "a number from 0 to 1"}),
    ("«mean(high)»", codes.NOT_A_VERDICT, {"found": "float64"}),
]
WARNINGS = [
    "«high == 0.1»",
    "«high + open == close_»",
    "«close_ != high * 1.1»",
    "flag and «wild == float(price)»",
    "«high in (0.5, 1)»",
    "«close_ / 2 == count_»",
]
QUIET = [
    "high == open",
    "high == 1",
    "close_ == prev(close_)",
    "max(high, open) == high",
    "price == 0.1",
    "high != 0.0",
    "count_ == 3",
    "high in (1, 2)",
]


def faults_of(marked: str, scope: Scope) -> tuple[list[tuple[str, int, int]], list[Any], Any]:
    text = marked.replace("«", "").replace("»", "")
    typed, faults = compile_text(text, scope)
    return [(each.code, each.start, each.end) for each in faults], faults, typed


def places(marked: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    shift = 0
    start = 0
    for index, character in enumerate(marked):
        if character == "«":
            start = index - shift
        elif character == "»":
            found.append((start, index - shift))
        else:
            continue
        shift += 1
    return found


@pytest.mark.parametrize(
    ("marked", "code", "data", "scope"),
    [*((*case, ROWS) for case in ROW_CASES), *((*case, DATASET) for case in DATASET_CASES)],
    ids=[case[0] for case in (*ROW_CASES, *DATASET_CASES)],
)
def test_a_fault_stands_on_the_text_that_is_wrong(marked: str, code: str, data: dict[str, Any], scope: Scope) -> None:
    found, faults, typed = faults_of(marked, scope)
    assert found == [(code, start, end) for start, end in places(marked)]
    assert data.items() <= faults[0].data.items()
    assert typed is None


@pytest.mark.parametrize("marked", WARNINGS)
def test_exact_equality_of_computed_floats_is_a_warning(marked: str) -> None:
    found, _, typed = faults_of(marked, ROWS)
    assert found == [(codes.FLOAT_EQUALITY, *places(marked)[0])]
    assert typed is not None


@pytest.mark.parametrize("text", QUIET)
def test_equality_of_floats_that_are_copies_is_no_warning(text: str) -> None:
    assert faults_of(text, ROWS)[0] == []


def test_all_faults_of_an_expression_come_at_once_and_none_follows_from_another() -> None:
    marked = "«hgh» > 1 and «mx»(«lw», 2) + 1 > 0 and «flag» + 1 > 2 and «volume == None» or len(«high») > prev(«opn»)"
    found, _, _ = faults_of(marked, ROWS)
    assert [each[1:] for each in found] == sorted(places(marked))
    assert [each[0] for each in found] == [
        codes.UNKNOWN_NAME,
        codes.UNKNOWN_FUNCTION,
        codes.UNKNOWN_NAME,
        codes.WRONG_OPERAND,
        codes.NONE_LITERAL,
        codes.WRONG_ARGUMENT,
        codes.UNKNOWN_NAME,
    ]


def test_rows_without_an_order_have_no_row_before() -> None:
    found, faults, _ = faults_of("high > «prev»(high) and «delta»(high) > 0", CONFIG)
    assert found == [(codes.FUNCTION_NOT_HERE, 7, 11), (codes.FUNCTION_NOT_HERE, 22, 27)]
    assert faults[0].data["group"] == "ordered"


def test_guards_that_multiply_are_refused() -> None:
    text = "wild"
    for _ in range(9):
        text = f"max({text}, wild)"
    found, faults, _ = faults_of(f"«{text}» > 0".replace("«", "").replace("»", ""), ROWS)
    assert [each[0] for each in found] == [codes.TOO_COSTLY]
    assert faults[0].data["weight"] > faults[0].data["limit"]
