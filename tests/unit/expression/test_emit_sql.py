"""The text for SQL: plain where types promise enough, guarded where they do not, one query whatever nests."""

from decimal import Decimal

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp, parse_one

from peakguard.expression import build, compile_text, emit_sql, relation
from peakguard.expression.scope import Column, Scope
from peakguard.expression.typed import Typed, TypedExpression
from peakguard.expression.types import BOOL, INT64, STRING, Type, datetime, decimal, duration, enum
from tests.unit.expression.scopes import DATASET, ROWS

CONSTANT = TypedExpression(build.literal(True, BOOL, 0, 0), (), False, (), ())


def sql(text: str, scope: Scope = ROWS, **options: object) -> str:
    typed, faults = compile_text(text, scope)
    assert typed is not None, faults
    return emit_sql(typed, "bars", **options)  # type: ignore[arg-type] # passed on as they are


PLAIN = [
    ("high >= max(open, close_)", "high >= GREATEST(open, close_)"),
    ("volume >= 0", "volume >= 0.0"),
    ("high / 2 > 1", "high / 2.0 > 1.0"),
    ("high / count_ > 1", "high / CAST(count_ AS DOUBLE) > 1.0 AND NOT ISNAN(high / CAST(count_ AS DOUBLE))"),
    ("between(high, open, close_)", "open <= high AND high <= close_"),
    ("len(symbol) // 2 == 1", "LENGTH(symbol) // 2 = 1"),
    ("side == 'buy'", "CAST(side AS TEXT) = 'buy'"),
    ("side not in ['buy']", "NOT CAST(side AS TEXT) IN ('buy')"),
    ("flag and not (flag or flag)", "flag AND NOT (flag OR flag)"),
    ("(flag or flag) and flag", "(flag OR flag) AND flag"),
    ("high - (open - close_) > (high + open) * -2", "high - (open - close_) > (high + open) * -2.0"),
    ("(high > open) == flag", "(high > open) = flag"),
    ("flag == (high > open)", "flag = (high > open)"),
    ("price > 0.01", "price > 0.01"),
    ("price * 2 > 3", "CAST(CAST(price AS DECIMAL(19, 8)) * CAST(2 AS DECIMAL(1, 0)) AS DECIMAL(19, 8)) > 3.0"),
    ("day_ >= date('2024-02-29')", "day_ >= CAST('2024-02-29' AS DATE)"),
    ("at > york", 'EPOCH_US("at") > EPOCH_US(york)'),
    ("held > hours(1)", "held > 3600000000"),
    ("matches(symbol, r'\\d')", "REGEXP_FULL_MATCH(symbol, '[0-9]')"),
    ('symbol == "it\'s"', "symbol = 'it''s'"),
    ("(1 if flag else 2) > 1", "CASE WHEN flag THEN CAST(1 AS BIGINT) ELSE CAST(2 AS BIGINT) END > 1"),
]


@pytest.mark.parametrize(("text", "emitted"), PLAIN)
def test_promises_spare_guards(text: str, emitted: str) -> None:
    assert sql(text) == f"SELECT {emitted} AS value FROM bars"


GUARDED = [
    ("wild > 1", "wild > 1.0 AND NOT ISNAN(wild)"),
    ("wild > volume", "wild > volume AND NOT (ISNAN(wild) AND volume IS NOT NULL)"),
    ("wild == wild", "wild = wild AND NOT (ISNAN(wild) AND ISNAN(wild))"),
    ("max(high, volume) > 1", "CASE WHEN volume IS NOT NULL THEN GREATEST(high, volume) END > 1.0"),
    ("min(high, wild) < 1", "-GREATEST(-high, -wild) < 1.0"),
    ("count_ + 1 > 1", "TRY_CAST(CAST(count_ AS INT128) + 1 AS BIGINT) > 1"),
    ("7 // len(symbol) == 1", "7 // NULLIF(LENGTH(symbol), 0) = 1"),
    ("count_ % 3 == 1", "CASE WHEN count_ % 3 < 0 THEN count_ % 3 + 3 ELSE count_ % 3 END = 1"),
    ("open == high / close_", "open = high / (close_ + 0.0)"),
    ("float(huge) > 1", "CAST(huge AS DOUBLE) > 1.0"),
    ("high / -0.0 > 1", "high / 0.0 > 1.0"),
    ("(1 if volume > 1 else 2) > 1", "WHEN NOT (volume > 1.0) THEN"),
    ("year(day_) > 1", "CASE WHEN YEAR(day_) BETWEEN 1 AND 9999 THEN YEAR(day_) END > 1"),
    ("hour(york) > 1", "THEN HOUR(york AT TIME ZONE 'America/New_York') END > 1"),
]


@pytest.mark.parametrize(("text", "guarded"), GUARDED)
def test_a_guard_stands_where_no_promise_does(text: str, guarded: str) -> None:
    assert guarded in sql(text)


def test_ordered_functions_become_windows_and_rows_come_in_order() -> None:
    window = "PARTITION BY symbol ORDER BY day_"
    assert sql("high > prev(open)", within=["symbol"], order=["day_"]) == (
        f"SELECT high > LAG(open) OVER ({window}) AS value FROM bars ORDER BY day_"
    )
    frame = f"{window} ROWS BETWEEN 19 PRECEDING AND CURRENT ROW"
    assert sql("high > rolling_mean(high, 20)", within=["symbol"], order=["day_"]) == (
        f"SELECT high > CASE WHEN COUNT(high) OVER ({frame}) = 20 THEN AVG(high) OVER ({frame}) END AS value "
        "FROM bars ORDER BY day_"
    )


def test_ordered_functions_need_an_order() -> None:
    with pytest.raises(ValueError, match="order"):
        sql("high > prev(open)")


def test_a_window_below_a_window_is_a_column_of_a_step_before() -> None:
    assert sql("prev(prev(high, 2)) > 1", order=["day_"]) == (
        "WITH step_1 AS (SELECT day_, high, LAG(high, 2) OVER (ORDER BY day_) AS part_1 FROM bars) "
        "SELECT LAG(part_1) OVER (ORDER BY day_) > 1.0 AS value FROM step_1 ORDER BY day_"
    )


def test_one_row_for_each_group() -> None:
    assert sql("count(flag) > 3 and sum(high) > 1", DATASET, within=["symbol"], dataset=True) == (
        "SELECT symbol, COUNT(*) FILTER(WHERE flag) > 3 AND COALESCE(SUM(high), 0.0) > 1.0 AS value "
        "FROM bars GROUP BY symbol"
    )


def test_an_aggregate_below_an_aggregate_is_a_window() -> None:
    assert sql("mad(high) < 1", DATASET, within=["symbol"], dataset=True) == (
        "WITH step_1 AS (SELECT symbol, high, "
        "ABS(high - QUANTILE_CONT(high, 0.5) OVER (PARTITION BY symbol)) AS part_1 FROM bars) "
        "SELECT symbol, QUANTILE_CONT(part_1, 0.5) < 1.0 AS value FROM step_1 GROUP BY symbol"
    )


def test_a_row_of_an_ordered_dataset_rule_is_computed_before_the_groups() -> None:
    emitted = sql("share(high == prev(high)) < 0.2", DATASET, within=["symbol"], order=["day_"], dataset=True)
    assert emitted == (
        "WITH step_1 AS (SELECT symbol, day_, high, "
        "high = LAG(high) OVER (PARTITION BY symbol ORDER BY day_) AS part_1 FROM bars) "
        "SELECT symbol, AVG(CAST(part_1 AS INT)) < 0.2 AS value FROM step_1 GROUP BY symbol"
    )


@pytest.mark.parametrize(("scope", "dataset"), [(ROWS, False), (DATASET, True)])
def test_text_does_not_explode_where_guards_repeat_their_operands(scope: Scope, dataset: bool) -> None:
    source = "sum(lots)" if dataset else "lots"
    nested = source
    for _ in range(12):
        nested = f"({source} % {nested})"
    assert len(sql(f"{nested} == 1", scope, dataset=dataset)) < 10_000


def test_the_caller_names_physical_columns() -> None:
    columns = {"high": "Adj Close", "symbol": "select", "day_": 'a"b'}
    assert sql("high > prev(open)", columns=columns, within=["symbol"], order=["day_"]) == (
        'SELECT "Adj Close" > LAG(open) OVER (PARTITION BY "select" ORDER BY "a""b") AS value FROM bars ORDER BY "a""b"'
    )


def test_names_of_ours_step_aside_for_columns_and_tables() -> None:
    scope = Scope({"part_1": Column(INT64), "value": Column(INT64)}, ordered=True)
    typed, _ = compile_text("prev(prev(part_1)) == value", scope)
    assert typed is not None
    emitted = emit_sql(typed, "step_1", order=["value"])
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE step_1 AS SELECT 2 - i AS part_1, i AS value FROM range(3) t(i)")
        assert connection.execute(emitted).fetchall() == [(None,), (None,), (True,)]


def test_every_keyword_of_duckdb_can_name_a_column_and_a_table() -> None:
    typed, _ = compile_text("x > prev(x)", Scope({"x": Column(INT64)}, ordered=True))
    assert typed is not None
    with duckdb.connect() as connection:
        listed = "SELECT DISTINCT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
        for (word,) in connection.execute(listed).fetchall():
            connection.execute(f'CREATE TABLE "{word}" AS SELECT 1::BIGINT AS "{word}"')
            emitted = emit_sql(typed, word, {"x": word}, [word], [word])
            assert connection.execute(emitted).fetchall() == [(None,)], word


STRINGS = duckdb.connect()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_string_stays_a_string(value: str) -> None:
    """Quotes, backslashes, line feeds and NUL too, which no text of the language could hold."""
    x, literal = build.column("x", Column(STRING), 0, 0), build.literal(value, STRING, 0, 0)
    root = relation.compare("==", x, literal)
    assert isinstance(root, Typed)
    emitted = emit_sql(TypedExpression(root, ("x",), False, (), ()), "bars")
    STRINGS.execute("CREATE OR REPLACE TABLE bars AS SELECT unnest(?) AS x", [[value, value + "'"]])
    assert STRINGS.execute(emitted).fetchall() == [(True,), (False,)]


STORED = [
    (datetime("ms"), "TIMESTAMP_MS '1969-12-31 23:59:59.998'", -2),
    (datetime("ms"), "TIMESTAMP_MS '9999-12-31 00:00:00'", 253_402_214_400_000),
    (datetime("ms"), "TIMESTAMP '1969-12-31 23:59:59.998'", -2),
    (datetime("us"), "TIMESTAMP '1969-12-31 23:59:59.999998'", -2),
    (datetime("ns"), "TIMESTAMP_NS '1969-12-31 23:59:59.999999998'", -2),
    (datetime("ms", "Asia/Kathmandu"), "TIMESTAMPTZ '1969-12-31 23:59:59.998 UTC'", -2),
    (datetime("us", "Asia/Kathmandu"), "TIMESTAMPTZ '1969-12-31 23:59:59.999998 UTC'", -2),
    (datetime("ns", "Asia/Kathmandu"), "TIMESTAMPTZ_NS '1969-12-31 23:59:59.999999998 UTC'", -2),
    (datetime("ns", "Asia/Kathmandu"), "TIMESTAMP_NS '1969-12-31 23:59:59.999999998'", -2),
    (datetime("us"), "TIMESTAMP 'infinity'", None),
    (datetime("us", "UTC"), "TIMESTAMPTZ '-infinity'", None),
    (duration("ns"), "-2::BIGINT", -2),
    (enum(("buy",)), "'buy'::ENUM('hold', 'buy')", "buy"),
    (enum(("buy",)), "'buy'", "buy"),
    (decimal(38, 2), "'1.50'::DECIMAL(38, 2)", Decimal("1.50")),
]


@pytest.mark.parametrize(("type", "stored", "value"), STORED)
def test_columns_are_read_as_they_are_documented(type: Type, stored: str, value: object) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        connection.execute(f"CREATE TABLE bars AS SELECT {stored} AS x")
        root = TypedExpression(build.column("x", Column(type), 0, 0), ("x",), False, (), ())
        assert connection.execute(emit_sql(root, "bars")).fetchall() == [(value,)]


def test_the_query_is_one_statement_in_any_dialect() -> None:
    typed, _ = compile_text("high > prev(open) and symbol == 'x'", ROWS)
    assert typed is not None
    for dialect in ("duckdb", "spark"):
        parsed = parse_one(emit_sql(typed, "bars", order=["day_"], dialect=dialect), dialect=dialect)
        assert isinstance(parsed, exp.Select)


def test_a_constant_is_one_row_of_a_dataset() -> None:
    assert emit_sql(CONSTANT, "bars", dataset=True) == "SELECT TRUE AS value"
    assert emit_sql(CONSTANT, "bars", within=["s"], dataset=True) == "SELECT s, TRUE AS value FROM bars GROUP BY s"
