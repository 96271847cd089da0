"""`peakguard eval` over data of every type, odd names, groups and constants: an answer or one clear error, no fault."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from peakguard.cli import main

ROUNDS = 150
LARGEST = 2**63 - 1
Valued = Callable[[random.Random], Any]


def _moment(source: random.Random) -> datetime | None:
    return source.choice([None, datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)])


TYPES: dict[str, tuple[Any, Valued]] = {
    "bool": (pl.Boolean, lambda source: source.choice([None, True, False])),
    "int8": (pl.Int8, lambda source: source.choice([None, -128, 127])),
    "int64": (pl.Int64, lambda source: source.choice([None, 0, 1, LARGEST, -LARGEST - 1])),
    "uint32": (pl.UInt32, lambda source: source.choice([0, 2**32 - 1])),
    "uint64": (pl.UInt64, lambda source: source.choice([0, 2**64 - 1])),
    "float32": (pl.Float32, lambda source: source.choice([None, 0.1, float("nan"), float("inf")])),
    "float64": (pl.Float64, lambda source: source.choice([None, -0.0, 0.0, 0.1, float("nan"), float("-inf")])),
    "decimal": (pl.Decimal(38, 18), lambda source: source.choice([None, Decimal("1e19"), Decimal("-1e-18")])),
    "string": (pl.String, lambda source: source.choice([None, "", "a\nb", "𝒳", "'"])),
    "binary": (pl.Binary, lambda _: b"\xff"),
    "categorical": (pl.Categorical, lambda source: source.choice([None, "a", "b"])),
    "date": (pl.Date, lambda source: source.choice([None, date(1, 1, 1), date(2026, 3, 29)])),
    "time": (pl.Time, lambda _: time(1)),
    "duration": (pl.Duration("ns"), lambda source: source.choice([None, timedelta(1)])),
    "ms": (pl.Datetime("ms", "UTC"), lambda source: source.choice([None, LARGEST, -LARGEST, 0])),
    "us": (pl.Datetime("us"), lambda source: source.choice([None, LARGEST, -LARGEST - 1, 0])),
    "ns": (pl.Datetime("ns", "America/New_York"), lambda source: source.choice([None, LARGEST - 1, 0])),
    "utc": (pl.Datetime("us", "UTC"), _moment),
    "list": (pl.List(pl.Int16), lambda source: source.choice([None, [], [1, None]])),
    "array": (pl.Array(pl.Float32, 2), lambda _: [1.0, 2.0]),
    "record": (pl.Struct({"qty": pl.Int32}), lambda source: source.choice([None, {"qty": None}, {"qty": 1}])),
    "null": (pl.Null, lambda _: None),
}
NAMES = [
    "value",
    "row_number",
    "row_number_",
    "position_of_row",
    "no_column",
    "rows",
    "index",
    "a",
    "__row",
    "with space",
]
EXPRESSIONS = [
    "1 + 1",
    "days(1)",
    "pow({}, 0)",
    "{} > {}",
    "{} == {}",
    "is_null({})",
    "prev({}) == {}",
    "changed({})",
    "hour({}) < 20",
    "len({}) > 1",
    "abs({} - {}) / 0 > 1",
    "cum_sum({}) > 0",
    "sum(x for x in {}) > 0",
    "{}.qty > 0",
    "{} in [1, 2]",
    "matches({}, r'a.*')",
    "count()",
    "count({} > {})",
    "max({}) > min({})",
    "n_unique({}) > 1",
    "share({} > {}) > 0.5",
    "abs(zscore({})) > 1",
]


def frame(source: random.Random) -> pl.DataFrame:
    height = source.choice([0, 1, 2, 7])
    columns = []
    for name in source.sample(NAMES, source.randint(1, 5)):
        dtype, made = TYPES[source.choice(list(TYPES))]
        values = [made(source) for _ in range(height)]
        counted = isinstance(dtype, pl.Datetime) and not any(isinstance(each, datetime) for each in values)
        series = pl.Series(name, values, dtype=pl.Int64 if counted else dtype, strict=False)
        columns.append(series.cast(dtype) if counted else series)
    return pl.DataFrame(columns)


def arguments(source: random.Random, data: pl.DataFrame) -> list[str]:
    names = [name for name in data.columns if " " not in name]
    fill = [source.choice([*names, "a", "2", "2.5", "'a'"]) for _ in range(2)]
    found = [source.choice(EXPRESSIONS).format(*fill, *fill)]
    if source.random() < 0.4:
        found.append("--dataset")
    if source.random() < 0.5:
        found += ["--within", ",".join(source.choices([*data.columns, "nothing"], k=source.randint(1, 3)))]
    if source.random() < 0.2:
        found += ["--rows", source.choice(["0", "1", "3"])]
    return found


def assert_answered(path: Path, given: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    form = ["--format", "json"]
    code = main(["eval", *given, "--data", str(path), *form])
    out, err = capsys.readouterr()
    assert code in (0, 1, 2), (given, pl.read_parquet(path), err)
    assert "Traceback" not in err
    answer: dict[str, Any] = json.loads(out) if out.startswith("{") else {}
    assert answer.get("differing", []) == [], (given, pl.read_parquet(path), answer)
    return answer


@pytest.mark.parametrize("seed", range(4))
def test_odd_data_have_an_answer(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, answered = random.Random(seed), 0
    path = tmp_path / "odd.parquet"
    for _ in range(ROUNDS):
        data = frame(source)
        data.write_parquet(path)
        answered += bool(assert_answered(path, arguments(source, data), capsys).get("results"))
    assert answered > ROUNDS / 20


@pytest.mark.slow
def test_many_odd_data_have_an_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed in range(100, 140):
        test_odd_data_have_an_answer(seed, tmp_path, capsys)


@pytest.mark.parametrize(
    ("given", "values"),
    [
        (["1 + 1"], [2, 2, 2]),
        (["1 + 1", "--dataset"], [2]),
        (["1 + 1", "--dataset", "--within", "a"], [2, 2]),
        (["pow(value, 0)"], [1, 1, 1]),
        (["count()", "--dataset", "--within", "at"], [2, 1]),
        (["count()", "--dataset", "--within", "value,value"], [1, 2]),
        (["prev(row_number, 1)", "--within", "value"], [None, None, 2]),
        (["prev(position_of_row)"], [None, 1, 2]),
    ],
)
def test_groups_constants_and_names(
    given: list[str], values: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    path = tmp_path / "odd.parquet"
    pl.DataFrame(
        {
            "a": [1, 1, 2],
            "value": [1.0, float("nan"), float("nan")],
            "at": [moment, moment, None],
            "row_number": [1, 2, 3],
            "position_of_row": [1, 2, 3],
        }
    ).write_parquet(path)
    answer = assert_answered(path, given, capsys)
    assert answer["results"][0]["values"] == values
    assert all(each["values"] == values for each in answer["results"] if each["text"] is not None)


def test_what_sql_cannot_hold_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "far.parquet"
    pl.DataFrame({"t": pl.Series([LARGEST, 0]).cast(pl.Datetime("us"))}).write_parquet(path)
    answer = assert_answered(path, ["is_null(t)"], capsys)
    by_name = {each["backend"]: each["values"] for each in answer["results"]}
    assert by_name == {"reference": [False] * 2, "python": [False] * 2, "polars": [False] * 2, "sql": None}
    assert main(["eval", "is_null(t)", "--data", str(path)]) == 0
    assert "sql" in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["b > 1"], "PG321"),
        (["u > 1"], "PG134"),
        (["c > 1"], "PG311"),
        (["a > 1", "--within", "l"], "PG135"),
        (["a > 1", "--type", "a=int64"], "PG136"),
    ],
)
def test_columns_without_a_type_of_ours(
    given: list[str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.parquet"
    schema: dict[str, Any] = {"a": pl.Int8, "b": pl.Binary, "u": pl.UInt64, "l": pl.List(pl.Int8)}
    pl.DataFrame({"a": [1], "b": [b"x"], "u": [2**64 - 1], "l": [[1]]}, schema).write_parquet(path)
    assert main(["eval", *given, "--data", str(path)]) in (1, 2)
    assert code in capsys.readouterr().err


def test_dates_inside_lists_and_records_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "odd.parquet"
    pl.DataFrame({"ds": [[date(2026, 1, 2)]], "r": [{"d": date(2026, 1, 2)}]}).write_parquet(path)
    assert assert_answered(path, ["ds"], capsys)["results"][0]["values"] == [["2026-01-02"]]
    assert assert_answered(path, ["r.d"], capsys)["results"][0]["values"] == ["2026-01-02"]
    assert_answered(path, ["r"], capsys)


def test_a_date_that_python_has_not_is_one_clear_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "far.parquet"
    pl.DataFrame({"d": pl.Series([10_000_000], dtype=pl.Int32).cast(pl.Date)}).write_parquet(path)
    assert main(["eval", "year(d)", "--data", str(path)]) == 2
    assert "PG2003" in capsys.readouterr().err


def test_names_that_differ_in_case_only_are_two_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "case.parquet"
    pl.DataFrame({"k": [1, 2], "K": [10, 20], "Row_Number": [3, 4]}).write_parquet(path)
    answer = assert_answered(path, ["k + K"], capsys)
    assert [each["values"] for each in answer["results"]] == [[11, 22]] * 3 + [None]
    assert assert_answered(path, ["prev(Row_Number)"], capsys)["results"][3]["values"] == [None, 3]
