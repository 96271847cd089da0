"""Columns as they come in every form of data: each constraint with a witness that passes and one that fails."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pyarrow as pa
import pytest

import peakguard
from peakguard.engines.polars.engine import LARGE
from peakguard.kinds.contract.model import Contract as Model
from peakguard.kinds.contract.runtime import Contract
from peakguard.language.constraints import CONSTRAINTS
from peakguard.language.rule import Rule
from peakguard.runtime.violation import Verdict

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Witness(NamedTuple):
    """A piece of a contract with data that it passes and data that it refuses; `id` is what is broken then."""

    id: str
    policy: str
    good: dict[str, list[Any]]
    bad: dict[str, list[Any]]
    schema: dict[str, Any]
    not_in: tuple[str, ...] = ()


def column(id: str, written: str, good: list[Any], bad: list[Any], dtype: Any, *not_in: str) -> Witness:
    return Witness(f"columns.c.{id}", f"columns: {{c: {written}}}", {"c": good}, {"c": bad}, {"c": dtype}, not_in)


INT, FLOAT, TEXT = pl.Int64, pl.Float64, pl.String
BOTH = {"c": INT, "d": INT}
_TWO = "columns: {c: int64, d: int64}"
_PX = {"px": 1.0}
_TYPED = ("parquet", "arrow", "frame", "lazy", "pandas", "table", "reader", "stream")
"""What has types of its own; text is none of a length of time there."""
_NOT_AS_WRITTEN = ("csv", "ndjson")
"""Polars writes a length of time to text as `P1D` or as a number; contracts read `1d`, which has its own witness."""
_NO_BYTES = ("csv", "ndjson")
"""Text holds no bytes: PG435."""
_TIME = pl.Datetime("us", "UTC")
_NO_LISTS = ("csv",)
"""Text has no lists and records."""
_NO_TYPE = ("pandas",)
"""Pandas has times and decimals of its own."""
_NO_NAN = ("csv", "ndjson", "pandas")
"""JSON has no NaN, text reads none, and to pandas NaN is a missing value."""


def hours(*numbers: int) -> list[datetime]:
    return [datetime(2026, 1, 2, tzinfo=UTC) + timedelta(hours=number) for number in numbers]


def two(good: list[tuple[int, int]], bad: list[tuple[int, int]]) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    return tuple({"c": [a for a, _ in rows], "d": [b for _, b in rows]} for rows in (good, bad))  # type: ignore[return-value] # two


WITNESSES = [
    column("gt", "{type: int64, gt: 0}", [1], [0], INT),
    column("ge", "{type: float64, ge: 0}", [0.0], [-0.5], FLOAT),
    column("lt", "{type: float64, lt: 2}", [1.5], [2.0], FLOAT),
    column("le", "{type: 'decimal(9,2)', le: 2}", [Decimal("2.00")], [Decimal("2.01")], pl.Decimal(9, 2), *_NO_TYPE),
    column("values", "{type: string, values: [x, y]}", ["x"], ["z"], TEXT),
    column("values", "{type: enum, values: [x, y]}", ["x"], ["z"], TEXT),
    column("matches", "{type: string, matches: '[a-z]+'}", ["ab"], ["aB"], TEXT),
    column("min_length", "{type: string, min_length: 2}", ["ab"], ["a"], TEXT),
    column("max_length", "{type: string, max_length: 2}", ["ab"], ["abc"], TEXT),
    column("not_in", "{type: string, not_in: [x, 'y''s']}", ["x's"], ["y's"], TEXT),
    column("not_in", "{type: int64, not_in: [-999, 0]}", [1], [-999], INT),
    column("starts_with", "{type: string, starts_with: X.}", ["X.a"], ["Xa"], TEXT),
    column("ends_with", "{type: string, ends_with: '[0]'}", ["a[0]"], ["a0"], TEXT),
    column("contains", "{type: string, contains: a.b}", ["xa.b"], ["axb"], TEXT),
    column("multiple_of", "{type: int64, multiple_of: 5}", [-10], [7], INT),
    column("min_length", "{type: binary, min_length: 2}", [b"\xff\x00"], [b"\xff"], pl.Binary, *_NO_BYTES),
    column("max_length", "{type: binary, max_length: 2}", ["ä".encode()], ["ää".encode()], pl.Binary, *_NO_BYTES),
    column("not_null", "{type: binary}", [b""], [b"a", None], pl.Binary, *_NO_BYTES),
    column("unique", "{type: binary, unique: true}", [b"a", b"b"], [b"a", b"a"], pl.Binary, *_NO_BYTES),
    column("type", "{type: binary}", [b"a"], [b"a"], pl.Binary, *_NO_BYTES),
    column("unique", "{type: int64, unique: true}", [1, 2], [1, 1], INT),
    column("not_null", "{type: int64}", [1, 2], [1, None], INT, "pandas"),
    column("not_null", "{type: string}", ["a", "b"], ["a", None], TEXT),
    column("finite", "{type: float64}", [1.0], [float("nan")], FLOAT, *_NO_NAN),
    column("items.not_null", "{list: int64}", [[1]], [[1, None]], pl.List(INT), *_NO_LISTS, "pandas"),
    column(
        "px.not_null",
        "{record: {px: float64}}",
        [_PX],
        [_PX, {"px": None}],
        pl.Struct({"px": FLOAT}),
        *_NO_LISTS,
        "pandas",
    ),
    column("type", "{type: date}", [date(2026, 1, 1)], [date(2026, 1, 1)], pl.Date, *_NO_TYPE),
    column("type", "{type: 'duration[ms]'}", [timedelta(1)], [timedelta(1)], pl.Duration("ms"), *_NOT_AS_WRITTEN),
    column("type", "{type: 'duration[ms]'}", ["1d2h", "-5m"], ["P1D"], TEXT, *_TYPED),
    column("gt", "{type: 'duration[ms]', gt: 1h}", ["1h5m"], ["1h"], TEXT, *_TYPED),
    column("gt", "{type: duration, gt: 1h}", [timedelta(1)], [timedelta(0)], pl.Duration, *_NOT_AS_WRITTEN),
    Witness("columns.d.required", _TWO, *two([(1, 2)], [(1, 2)]), BOTH),
    Witness("extra_columns", "columns: {c: int64}", {"c": [1]}, {"c": [1], "d": [2]}, BOTH),
    Witness("column_order", f"{_TWO}\ncolumn_order: declared", *two([(1, 2)], [(1, 2)]), BOTH),
    Witness("key", f"{_TWO}\nkey: [c, d]", *two([(1, 1), (1, 2)], [(1, 1), (1, 1)]), BOTH),
    Witness("order", f"{_TWO}\norder: {{by: d, within: [c]}}", *two([(1, 1), (2, 0)], [(1, 1), (1, 0)]), BOTH),
    Witness("rows", "columns: {c: int64}\nrows: {min: 2}", {"c": [1, 2]}, {"c": [1]}, {"c": INT}),
    Witness(
        "cadence",
        "columns: {c: 'datetime[us, UTC]'}\ncadence: {every: 1h, column: c}",
        {"c": hours(1, 2, 3)},
        {"c": hours(1, 3)},
        {"c": _TIME},
        _NO_TYPE,
    ),
    Witness(
        "freshness",
        "columns: {c: 'datetime[us, UTC]'}\nfreshness: {column: c, max_age: 2h}",
        {"c": hours(11)},
        {"c": hours(1)},
        {"c": _TIME},
        _NO_TYPE,
    ),
    Witness("rules.r", f"{_TWO}\nrules: {{r: {{expr: c < d}}}}", *two([(1, 2)], [(2, 2)]), BOTH),
    Witness(
        "rules.r",
        f"{_TWO}\nrules: {{r: {{expr: d > prev(d), within: [c], on_null: pass}}}}",
        *two([(1, 1), (2, 0), (1, 2)], [(1, 1), (1, 1)]),
        BOTH,
    ),
    Witness("rules.r", f"{_TWO}\nrules: {{r: {{expr: d > 5, when: c > 1}}}}", *two([(1, 1)], [(2, 1)]), BOTH),
    Witness("rules.r", f"{_TWO}\nrules: {{r: {{dataset: sum(d) < 5}}}}", *two([(1, 4)], [(1, 5)]), BOTH),
    Witness(
        "rules.r",
        f"{_TWO}\nrules: {{r: {{dataset: count() < 2, within: [c]}}}}",
        *two([(1, 4), (2, 4)], [(1, 4), (1, 4)]),
        BOTH,
    ),
]
SHOWN_ELSEWHERE = {
    "references": "property/test_references.py",
    "call": "property/test_calls.py",
    "exempt": "property/test_contract_laws.py",
    "extends": "functional/test_extends.py",
    "sample": "property/test_sampled.py",
    "trust_statistics": "property/test_statistics.py",
}
"""What asks for more than data; its witnesses stand in tests of their own."""


def bad_frame(witness: Witness) -> pl.DataFrame:
    schema = {name: dtype for name, dtype in witness.schema.items() if name in witness.bad}
    made = pl.DataFrame(witness.bad, schema)
    match witness.id:
        case "columns.d.required":
            return made.drop("d")
        case "column_order":
            return made.select("d", "c")
        case "columns.c.type":
            return made.with_columns(pl.lit("no value of it").alias("c"))
        case _:
            return made


def _saved(write: Callable[[pl.DataFrame, Path], Any], suffix: str) -> Callable[[Contract, pl.DataFrame], Verdict]:
    def judge(contract: Contract, data: pl.DataFrame) -> Verdict:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"data.{suffix}"
            write(data, path)
            return contract.inspect_file(path, now=NOW)

    return judge


class Stream:
    """Anything with the C stream interface of Arrow."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


FORMS: dict[str, Callable[[Contract, pl.DataFrame], Verdict]] = {
    "parquet": _saved(pl.DataFrame.write_parquet, "parquet"),
    "csv": _saved(pl.DataFrame.write_csv, "csv"),
    "ndjson": _saved(pl.DataFrame.write_ndjson, "ndjson"),
    "arrow": _saved(pl.DataFrame.write_ipc, "arrow"),
    "frame": lambda contract, data: contract.inspect(data, now=NOW),
    "lazy": lambda contract, data: contract.inspect(data.lazy(), now=NOW),
    "pandas": lambda contract, data: contract.inspect(data.to_pandas(), now=NOW),
    "table": lambda contract, data: contract.inspect(data.to_arrow(), now=NOW),
    "reader": lambda contract, data: contract.inspect(data.to_arrow().to_reader(), now=NOW),
    "stream": lambda contract, data: contract.inspect(Stream(data.to_arrow()), now=NOW),
}


@cache
def contract(policy: str) -> Contract:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "contracts").mkdir()
        header = "peakguard: 1\nkind: contract\nname: it\nversion: 1.0.0\n"
        (Path(folder) / "contracts" / "it.yaml").write_text(header + policy + "\n")
        return peakguard.load(folder).contract("it")


def pairs() -> Iterator[Any]:
    for number, witness in enumerate(WITNESSES):
        for form in FORMS:
            if form not in witness.not_in:
                yield pytest.param(witness, form, id=f"{witness.id}-{number}-{form}")


@pytest.mark.parametrize(("witness", "form"), list(pairs()))
def test_what_passes_and_what_fails(witness: Witness, form: str) -> None:
    made = contract(witness.policy)
    names = [name for name in witness.schema if name in witness.good]
    good = pl.DataFrame(witness.good, {name: witness.schema[name] for name in names})
    passed = FORMS[form](made, good)
    assert passed.violations == ()
    assert witness.id in {rule.id for rule in passed.rules} | {"columns.c.type", "columns.d.required", "extra_columns"}
    assert [violation.rule for violation in FORMS[form](made, bad_frame(witness)).violations] == [witness.id]


def test_every_constraint_and_every_demand_has_a_witness() -> None:
    shown = {witness.id.rpartition(".")[2] for witness in WITNESSES}
    assert {*CONSTRAINTS, "unique", "not_null", "finite", "type", "required"} <= shown
    keys = set(Model.model_fields) - {
        "peakguard",
        "kind",
        "name",
        "version",
        "owner",
        "description",
        "mode",
        "requires",
    }
    keys -= {"accept", "suppress", "columns", "rules", "coerce", "on_violation", "error"}
    assert keys - shown == set(SHOWN_ELSEWHERE) - {"call"}
    asked = " ".join(witness.policy for witness in WITNESSES)
    forms = {"expr", "dataset", "call", "when", "within", "on_null"}
    assert {form for form in forms & set(Rule.model_fields) if f"{form}:" not in asked} <= {"call"}
    for file in SHOWN_ELSEWHERE.values():
        assert (Path(__file__).parents[1] / file).is_file()


@pytest.mark.parametrize("extra", ["allow", "drop", "forbid"])
@pytest.mark.parametrize("form", FORMS)
def test_a_column_under_two_of_its_names_is_one_error(form: str, extra: str) -> None:
    policy = (
        f"extra_columns: {extra}\ncolumns: {{n: {{type: int64, aliases: [q1, q2, q1], gt: 0}}, m: int64}}\nkey: [n]"
    )
    made = contract(policy)
    one = pl.DataFrame({"q1": [1], "m": [1]})
    assert FORMS[form](made, one).violations == ()
    for names in (("q1", "q2"), ("n", "q2"), ("n", "q1", "q2")):
        verdict = FORMS[form](made, pl.DataFrame({**{name: [1] for name in names}, "m": [1]}))
        (violation,) = verdict.violations
        assert (violation.rule, violation.error) == ("columns.n.aliases", "PG430")
        assert all(name in (violation.message or "") for name in names)
        skipped = {rule.id for rule in verdict.rules if rule.state == "skipped"}
        assert skipped == {"key", "columns.n.not_null", "columns.n.gt"}


def test_a_large_table_with_a_column_under_two_of_its_names_is_refused() -> None:
    data = pl.DataFrame({name: range(LARGE + 1) for name in ("q1", "q2", "m")})
    policy = "columns: {n: {type: int64, aliases: [q1, q2], required: false, default: 7}, m: int64}\nkey: [n]"
    (violation,) = contract(policy).inspect(data, now=NOW).violations
    assert violation.error == "PG430"
    with pytest.raises(peakguard.ContractViolation):
        contract(policy).validate(data)


DEFAULTS = """\
coerce: true
columns:
  a: int64
  kind: {type: enum, values: [x, y], required: false, default: x}
  fee: {type: float64, required: false, default: 1}
  day: {type: date, required: false, default: '2026-01-01'}
  hold: {type: 'duration[ms]', required: false, default: 1h30m}
rules:
  fees: {expr: fee > 0 and kind == 'x' and hold > minutes(1) and day > date('2025-12-31')}
"""


@pytest.mark.parametrize("form", FORMS)
def test_a_column_that_is_absent_has_its_default_and_says_so(form: str) -> None:
    verdict = FORMS[form](contract(DEFAULTS), pl.DataFrame({"a": [1, 2]}))
    assert verdict.violations == ()
    notes = {rule.id: rule.caveats for rule in verdict.rules if rule.note is not None}
    assert set(notes) == {f"columns.{name}.default" for name in ("kind", "fee", "day", "hold")}
    assert (next(rule for rule in verdict.rules if rule.id == "rules.fees")).passed == 2


def test_defaults_come_back_and_stay_out_where_the_column_is_there() -> None:
    found = contract(DEFAULTS).validate(pl.DataFrame({"a": [1, 2]}))
    assert found.row(0) == (1, "x", 1.0, date(2026, 1, 1), timedelta(hours=1, minutes=30))
    given = contract(DEFAULTS).validate(pl.DataFrame({"a": [1], "fee": [7.0]}))
    assert given["fee"].to_list() == [7.0]


@pytest.mark.parametrize(
    ("type", "values", "dtype", "read"),
    [
        ("int64", [1, None], pl.Int8, [1, None]),
        ("int64", [1.0, 2.0], pl.Float64, [1, 2]),
        ("float64", [1, 2], pl.Int32, [1.0, 2.0]),
        ("float64", [0.5], pl.Float32, [0.5]),
        ("'decimal(9,2)'", [1, 2], pl.Int64, [Decimal("1.00"), Decimal("2.00")]),
        ("'datetime[us]'", [datetime(2026, 1, 1)], pl.Datetime("ms"), [datetime(2026, 1, 1)]),  # noqa: DTZ001 # naive on purpose
        ("'datetime[ms]'", [datetime(2026, 1, 1)], pl.Datetime("us"), [datetime(2026, 1, 1)]),  # noqa: DTZ001 # naive on purpose
        ("int64", ["7"], pl.String, [7]),
        ("date", ["2026-01-01"], pl.String, [date(2026, 1, 1)]),
        ("duration", ["1h5m", "-2d"], pl.String, [timedelta(hours=1, minutes=5), timedelta(days=-2)]),
    ],
)
def test_what_is_coerced_without_loss_is_reported(type: str, values: list[Any], dtype: Any, read: list[Any]) -> None:
    made = contract(f"coerce: true\ncolumns: {{c: {{type: {type}, nullable: true}}}}")
    data = pl.DataFrame({"c": values}, {"c": dtype})
    assert made.validate(data)["c"].to_list() == read
    note = next(rule for rule in made.inspect(data).rules if rule.id == "columns.c.coerced")
    assert (note.passed, note.violation) == (len(values), None)
    assert note.note is not None
    assert str(data.schema["c"]) in note.note


@pytest.mark.parametrize(
    ("type", "values", "dtype"),
    [
        ("int64", [1.0, 1.5], pl.Float64),
        ("int64", [1, 2**63], pl.UInt64),
        ("float64", [1, 2**53 + 1], pl.Int64),
        ("'decimal(9,2)'", [1.0, 0.125], pl.Float64),
        ("'datetime[ms]'", [0, 1], pl.Datetime("us")),
        ("int64", ["1", "x"], pl.String),
        ("duration", ["1h", "5m1h"], pl.String),
        ("'duration[ms]'", ["1h", "1ns"], pl.String),
    ],
)
def test_what_would_be_lost_is_a_violation_of_its_row(type: str, values: list[Any], dtype: Any) -> None:
    made = contract(f"coerce: true\ncolumns: {{c: {{type: {type}, nullable: true}}}}")
    (violation,) = made.collect_violations(pl.DataFrame({"c": values}, {"c": dtype}))
    assert (violation.rule, tuple(violation.rows)) == ("columns.c.type", (1,))


@pytest.mark.parametrize("form", [form for form in FORMS if form not in ("csv", "ndjson")])
@pytest.mark.parametrize(
    ("type", "values", "dtype"),
    [
        ("{type: string}", [b"k"], pl.Binary),
        ("{type: enum, values: [k]}", [b"k"], pl.Binary),
        ("{list: string}", [[b"k"]], pl.List(pl.Binary)),
        ("{record: {t: string}}", [{"t": b"k"}], pl.Struct({"t": pl.Binary})),
        ("{type: binary}", ["k"], pl.String),
        ("{list: binary}", [["k"]], pl.List(pl.String)),
        ("{record: {t: binary, u: string}}", [{"t": "k", "u": b"k"}], pl.Struct({"t": pl.String, "u": pl.Binary})),
    ],
)
def test_bytes_are_never_taken_for_text(form: str, type: str, values: list[Any], dtype: Any) -> None:
    made = contract(f"coerce: true\ncolumns: {{c: {type}}}")
    verdict = FORMS[form](made, pl.DataFrame({"c": values}, {"c": dtype}))
    assert [violation.rule for violation in verdict.violations] == ["columns.c.type"]
    assert [rule.id for rule in verdict.rules if rule.note is not None] == []


@pytest.mark.parametrize("form", ["csv", "ndjson"])
@pytest.mark.parametrize("coerce", ["true", "false"])
def test_text_files_hold_no_bytes(form: str, coerce: str) -> None:
    made = contract(f"coerce: {coerce}\ncolumns: {{c: {{type: binary, max_length: 9}}, d: int64}}")
    verdict = FORMS[form](made, pl.DataFrame({"c": ["6b"], "d": [1]}))
    (violation,) = verdict.violations
    assert (violation.rule, violation.error) == ("columns.c.type", "PG435")
    assert {rule.id for rule in verdict.rules if rule.state == "skipped"} == {
        "columns.c.not_null",
        "columns.c.max_length",
    }


@pytest.mark.parametrize("form", ["csv", "tsv", "ndjson"])
@pytest.mark.parametrize("type", ["binary", "{list: binary}"])
def test_bytes_are_not_written_into_text(tmp_path: Path, form: str, type: str) -> None:
    value = b"k" if type == "binary" else [b"k"]
    pl.DataFrame({"c": [value], "d": [1]}).write_parquet(tmp_path / "a.parquet")
    with pytest.raises(peakguard.PeakguardError) as raised:
        contract(f"columns: {{c: {type}, d: int64}}").split_file(
            tmp_path / "a.parquet", valid=tmp_path / f"a.{form}", quarantine=tmp_path / "b.parquet"
        )
    assert raised.value.code == "PG2022"
    assert not (tmp_path / f"a.{form}").exists()


BERLIN = "Europe/Berlin"
ZONES = [
    ("datetime[us, UTC]", None, True),
    ("datetime[us]", "UTC", True),
    ("datetime[us, UTC]", BERLIN, True),
    (f"datetime[us, {BERLIN}]", "UTC", True),
    (f"datetime[us, {BERLIN}]", None, False),
    ("datetime[us]", BERLIN, False),
]


@pytest.mark.parametrize("is_inside", [False, True], ids=["column", "list"])
@pytest.mark.parametrize(("type", "zone", "is_known"), ZONES)
def test_a_zone_is_only_ever_taken_for_utc(type: str, zone: str | None, *, is_known: bool, is_inside: bool) -> None:
    """Midsummer: Berlin is two hours ahead."""
    moment = datetime(2026, 7, 1, 12, tzinfo=UTC)
    dtype = pl.Datetime("us", zone)
    data = pl.Series([moment], dtype=_TIME).cast(dtype)
    declared = f"{{list: '{type}'}}" if is_inside else f"{{type: '{type}'}}"
    made = contract(f"coerce: true\ncolumns: {{c: {declared}}}")
    frame = pl.DataFrame({"c": data.implode() if is_inside else data})
    verdict = made.inspect(frame)
    if not is_known:
        assert [violation.rule for violation in verdict.violations] == ["columns.c.type"]
        return
    assert [rule.id for rule in verdict.rules if rule.note is not None] == ["columns.c.coerced"]
    found = made.validate(frame)["c"]
    assert (found.explode() if is_inside else found).cast(_TIME).to_list() == [moment]


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.String, pl.Enum(["x", "y"]), pl.Enum(["z", "y", "x"])])
def test_an_enum_stays_as_it_is_held(dtype: Any) -> None:
    """So there is nothing to report, also under `coerce`: text and categories are ways to hold an enum."""
    made = contract("coerce: true\ncolumns: {c: {type: enum, values: [x, y]}}")
    data = pl.DataFrame({"c": ["x", "y"]}, {"c": dtype})
    assert made.validate(data).schema == data.schema
    assert [rule.id for rule in made.inspect(data).rules if rule.note is not None] == []


def test_without_re2_a_default_is_not_asked_by_a_pattern_that_could_take_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "contracts").mkdir()
    column = "{type: string, required: false, default: a, matches: '%s'}"
    text = f"peakguard: 1\nkind: contract\nname: bars\nversion: 1.0.0\ncolumns:\n  c: {column}\n"
    (tmp_path / "contracts" / "bars.yaml").write_text(text % "(b+)+c")
    assert [each.code for each in peakguard.check(tmp_path)] == ["PG519"]
    monkeypatch.setitem(sys.modules, "re2", None)
    (tmp_path / "contracts" / "bars.yaml").write_text(text % "(b+)+d")
    assert peakguard.check(tmp_path) == []
