"""The same rules in other tools, each as its documentation would have them written; imports stay inside the makers.

A maker prepares what serves for any frame, such as a schema, and gives what judges one: the rows against each rule, or
their number where the tool tells no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

Found = Mapping[str, Sequence[int] | int]
Judge = Callable[["pl.DataFrame"], Found]
PRICES = ("open", "high", "low", "close")
KEY = ["symbol", "timestamp"]
HALF = 0.5


def _rules() -> dict[str, Any]:
    """The rules between columns as Polars expressions that hold."""
    import polars as pl

    close, time = pl.col("close"), pl.col("timestamp")
    return {
        "rules.high_is_highest": pl.col("high") >= pl.max_horizontal("open", "close", "low"),
        "rules.low_is_lowest": pl.col("low") <= pl.min_horizontal("open", "close", "high"),
        "rules.no_jump": ((close / close.shift(1) - 1).abs() <= HALF).over("symbol").fill_null(value=True),
        "order": (time > time.shift(1)).over("symbol").fill_null(value=True),
    }


def polars_rows() -> Judge:
    """The usual way by hand: a column for each rule, then the rows where it is false."""
    import polars as pl

    names = [*KEY, *PRICES, "volume"]
    holds = {
        "columns.symbol.matches": pl.col("symbol").str.contains("^(?:[A-Z0-9]+)$"),
        **{f"columns.{name}.not_null": pl.col(name).is_not_null() for name in names},
        **{f"columns.{name}.finite": pl.col(name).is_finite() for name in [*PRICES, "volume"]},
        **{f"columns.{name}.gt": pl.col(name) > 0 for name in PRICES},
        "columns.volume.ge": pl.col("volume") >= 0,
        "key": ~pl.struct(KEY).is_duplicated(),
        **_rules(),
    }

    def judge(frame: pl.DataFrame) -> Found:
        verdicts = frame.select(expression.alias(name) for name, expression in holds.items())
        return {series.name: (~series).arg_true().to_list() for series in verdicts if not series.all()}

    return judge


def dataframely() -> Judge:
    """`Schema.filter`, which splits the rows; the failures are counted by rule and can be listed."""
    import dataframely as dy

    rules = _rules()

    class Bars(dy.Schema):
        symbol = dy.String(primary_key=True, regex="^[A-Z0-9]+$")
        timestamp = dy.Datetime(primary_key=True, time_zone="UTC", time_unit="us")
        open = dy.Float64(min_exclusive=0, allow_nan=False)
        high = dy.Float64(min_exclusive=0, allow_nan=False)
        low = dy.Float64(min_exclusive=0, allow_nan=False)
        close = dy.Float64(min_exclusive=0, allow_nan=False)
        volume = dy.Float64(min=0, allow_nan=False)

        @dy.rule()
        def highest(cls) -> Any:  # noqa: N805 # dataframely's rules are class methods
            return rules["rules.high_is_highest"]

        @dy.rule()
        def lowest(cls) -> Any:  # noqa: N805
            return rules["rules.low_is_lowest"]

        @dy.rule()
        def no_jump(cls) -> Any:  # noqa: N805
            return rules["rules.no_jump"]

        @dy.rule()
        def ordered(cls) -> Any:  # noqa: N805
            return rules["order"]

    names = {
        "highest": "rules.high_is_highest",
        "lowest": "rules.low_is_lowest",
        "no_jump": "rules.no_jump",
        "ordered": "order",
        "primary_key": "key",
        "volume|min": "columns.volume.ge",
        "volume|nan": "columns.volume.finite",
    }

    def judge(frame: pl.DataFrame) -> Found:
        _, failure = Bars.filter(frame)
        failure.invalid()
        return {names.get(rule, rule): count for rule, count in failure.counts().items()}

    return judge


def pandera() -> Judge:
    """`validate(lazy=True)` of the Polars back end, which reports a case for each failing value."""
    import pandera.polars as pa
    import polars as pl

    def expression(name: str) -> Any:
        return pa.Check(lambda data: data.lazyframe.select(_rules()[name]), name=name)

    columns = {name: pa.Column(pl.Float64, [pa.Check.gt(0, name=f"columns.{name}.gt")]) for name in PRICES}
    finite = pa.Check(lambda data: data.lazyframe.select(pl.col(data.key).is_finite()), name="columns.volume.finite")
    schema = pa.DataFrameSchema(
        {
            "symbol": pa.Column(str, pa.Check.str_matches("^[A-Z0-9]+$", name="columns.symbol.matches")),
            "timestamp": pa.Column(pl.Datetime("us", "UTC")),
            **columns,
            "volume": pa.Column(pl.Float64, [pa.Check.ge(0, name="columns.volume.ge"), finite]),
        },
        checks=[expression(name) for name in _rules()],
        unique=KEY,
        report_duplicates="all",
    )
    # Names that pandera gives; NaN is a missing value to it.
    names = {
        "greater_than_or_equal_to(0)": "columns.volume.ge",
        "multiple_fields_uniqueness": "key",
        "not_nullable": "columns.volume.finite",
    }

    def judge(frame: pl.DataFrame) -> Found:
        try:
            schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as error:
            cases = error.failure_cases.group_by("check").len()
            return {names.get(check, check): count for check, count in cases.iter_rows()}
        return {}

    return judge


def patito() -> Judge:
    """`Model.validate`, which counts in the words of its errors."""
    import re

    import patito as pt
    import polars as pl

    rules = _rules()
    model: Any = type(
        "Bar",
        (pt.Model,),
        {
            "__annotations__": {
                "symbol": str,
                "timestamp": __import__("datetime").datetime,
                **dict.fromkeys([*PRICES, "volume"], float),
            },
            "symbol": pt.Field(pattern="^[A-Z0-9]+$", constraints=[~pl.struct(KEY).is_duplicated()]),
            "timestamp": pt.Field(dtype=pl.Datetime("us", "UTC"), constraints=[rules["order"]]),
            "open": pt.Field(gt=0),
            "high": pt.Field(gt=0, constraints=[rules["rules.high_is_highest"]]),
            "low": pt.Field(gt=0, constraints=[rules["rules.low_is_lowest"]]),
            "close": pt.Field(gt=0, constraints=[rules["rules.no_jump"]]),
            "volume": pt.Field(ge=0, constraints=[pl.col("volume").is_not_nan()]),
        },
    )
    by_column = {"symbol": "key", "timestamp": "order", "close": "rules.no_jump", "volume": "columns.volume.finite"}
    by_column |= {"high": "rules.high_is_highest", "low": "rules.low_is_lowest"}

    def judge(frame: pl.DataFrame) -> Found:
        try:
            model.validate(frame)
        except pt.exceptions.DataFrameValidationError as error:
            found = {}
            for each in error.errors():
                number = re.match(r"([\d,]+) rows?", each["msg"])
                count = int(number[1].replace(",", "")) if number else 0
                is_bound = "out of bound" in each["msg"]
                found["columns.volume.ge" if is_bound else by_column[each["loc"][0]]] = count
            return found
        return {}

    return judge


def pointblank() -> Judge:
    """`Validate(…).interrogate()`, a step for each rule; the steps belong to a frame."""
    return _pointblank


def _pointblank(frame: pl.DataFrame) -> Found:
    import pointblank as pb
    import polars as pl

    steps = pb.Validate(frame).col_vals_regex("symbol", "^[A-Z0-9]+$")
    names = ["columns.symbol.matches"]
    for name in PRICES:
        steps = steps.col_vals_gt(name, 0)
        names.append(f"columns.{name}.gt")
    steps = steps.col_vals_expr(~(pl.col("volume") < 0)).col_vals_expr(pl.col("volume").is_finite())
    names += ["columns.volume.ge", "columns.volume.finite"]
    for name, rule in _rules().items():
        steps = steps.col_vals_expr(rule)
        names.append(name)
    steps = steps.rows_distinct(columns_subset=KEY).col_vals_not_null(["symbol", "timestamp", *PRICES, "volume"])
    failed = steps.interrogate().n_failed()
    return {name: int(failed[place]) for place, name in enumerate([*names, "key"], start=1) if failed[place]}


def duckdb_file(path: str) -> Found:
    """One SQL statement over the file."""
    return _duckdb("SELECT *, file_row_number AS n FROM read_parquet($file, file_row_number = true)", {"file": path})


def duckdb() -> Judge:
    """One SQL statement over a frame, which comes in as Arrow."""
    return lambda frame: _duckdb("SELECT *, row_number() OVER () AS n FROM bars", {}, bars=frame)


def _duckdb(rows: str, parameters: Mapping[str, Any], **tables: pl.DataFrame) -> Found:
    import duckdb as database

    fails = {
        "columns.symbol.matches": "NOT regexp_full_match(symbol, '[A-Z0-9]+')",
        **{f"columns.{name}.not_null": f"{name} IS NULL" for name in [*KEY, *PRICES, "volume"]},
        **{f"columns.{name}.finite": f"NOT isfinite({name})" for name in [*PRICES, "volume"]},
        **{f"columns.{name}.gt": f"{name} <= 0" for name in PRICES},
        "columns.volume.ge": "volume < 0",
        "rules.high_is_highest": "NOT high >= greatest(open, close, low)",
        "rules.low_is_lowest": "NOT low <= least(open, close, high)",
        "rules.no_jump": f"abs(close / before - 1) > {HALF}",
        "order": "timestamp <= last",
        "key": "alike > 1",
    }
    counts = ", ".join(f'count(*) FILTER ({fail}) AS "{name}"' for name, fail in fails.items())
    query = (
        f"SELECT {counts} FROM (SELECT *, lag(close) OVER bars AS before, lag(timestamp) OVER bars AS last, "
        "count(*) OVER (PARTITION BY symbol, timestamp) AS alike "
        f"FROM ({rows}) "
        "WINDOW bars AS (PARTITION BY symbol ORDER BY n))"
    )
    with database.connect() as connection:
        for name, frame in tables.items():
            connection.register(name, frame.to_arrow())
        cursor = connection.execute(query, parameters)
        names = [column[0] for column in cursor.description]
        (row,) = cursor.fetchall()
    return {name: int(count) for name, count in zip(names, row, strict=True) if count}


def great_expectations() -> Judge:
    """A batch of a pandas frame; what looks at other rows or columns has to be computed before."""
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("bars").add_dataframe_asset("bars")
    batches = asset.add_batch_definition_whole_dataframe("all")
    return lambda frame: _great_expectations(frame, batches)


def _great_expectations(bars: pl.DataFrame, batches: Any) -> Found:
    import great_expectations.expectations as expect

    frame = bars.to_pandas()
    frame["highest"] = frame[["open", "close", "low"]].max(axis=1)
    frame["lowest"] = frame[["open", "close", "high"]].min(axis=1)
    frame["jump"] = (frame["close"] / frame.groupby("symbol")["close"].shift(1) - 1).abs()
    frame["step"] = frame.groupby("symbol")["timestamp"].diff().dt.total_seconds()
    batch = batches.get_batch({"dataframe": frame})
    asked = {
        "columns.symbol.matches": expect.ExpectColumnValuesToMatchRegex(column="symbol", regex="^[A-Z0-9]+$"),
        **{
            f"columns.{name}.gt": expect.ExpectColumnValuesToBeBetween(column=name, min_value=0, strict_min=True)
            for name in PRICES
        },
        "columns.volume.ge": expect.ExpectColumnValuesToBeBetween(column="volume", min_value=0),
        "columns.volume.finite": expect.ExpectColumnValuesToNotBeNull(column="volume"),
        **{f"columns.{name}.not_null": expect.ExpectColumnValuesToNotBeNull(column=name) for name in [*KEY, *PRICES]},
        "rules.high_is_highest": expect.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="high", column_B="highest", or_equal=True
        ),
        "rules.low_is_lowest": expect.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="lowest", column_B="low", or_equal=True
        ),
        "rules.no_jump": expect.ExpectColumnValuesToBeBetween(column="jump", max_value=HALF),
        "order": expect.ExpectColumnValuesToBeBetween(column="step", min_value=0, strict_min=True),
        "key": expect.ExpectCompoundColumnsToBeUnique(column_list=KEY),
    }
    counts = {
        name: int(batch.validate(each, result_format="SUMMARY").result.get("unexpected_count") or 0)
        for name, each in asked.items()
    }
    return {name: count for name, count in counts.items() if count}


def runner(name: str) -> Callable[[str], Found]:
    """A tool on a Parquet file, which is read first unless the tool reads it itself."""
    if name == "duckdb":
        return duckdb_file

    def run(path: str) -> Found:
        import polars as pl

        return PEERS[name]()(pl.read_parquet(path))

    return run


PEERS: dict[str, Callable[[], Judge]] = {
    "polars by hand, rows": polars_rows,
    "dataframely": dataframely,
    "pandera": pandera,
    "patito": patito,
    "pointblank": pointblank,
    "duckdb": duckdb,
    "great_expectations": great_expectations,
}
"""By name; the name of a tool is that of its module."""
