"""`peakguard eval`: an expression on every back end, as a user calls it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.functional.conftest import Project, Run
from tests.functional.policies import PROJECT

BACKENDS = ["reference", "python", "polars", "sql"]


class Cli:
    """The command in a project with one contract; `folder` is its root."""

    def __init__(self, peakguard: Run, folder: Path) -> None:
        self.folder = folder
        self._run = peakguard

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(*arguments, cwd=self.folder)


@pytest.fixture
def cli(peakguard: Run, project: Project) -> Cli:
    return Cli(peakguard, project(PROJECT))


def evaluated(cli: Cli, *arguments: str) -> dict[str, Any]:
    result = cli("eval", *arguments, "--format", "json")
    assert result.returncode == 0, result.stdout + result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    assert [each["backend"] for each in found["results"]] == BACKENDS
    assert found["differing"] == []
    return found


def values(found: dict[str, Any]) -> list[Any]:
    """The values of the reference; every back end has the same."""
    for each in found["results"]:
        if each["text"] is not None:
            assert each["values"] == found["results"][0]["values"]
    ours: list[Any] = found["results"][0]["values"]
    return ours


@pytest.mark.parametrize(
    ("expression", "row", "type", "value"),
    [
        ("high >= max(open, close)", {"high": 9, "open": 10.0, "close": 10.5}, "bool", False),
        ("x // 2 + y", {"x": -7, "y": 1}, "int64", -3),
        ("x / 0", {"x": 1}, "float64", "inf"),
        ("x > 1", {"x": None}, "bool", None),
        (
            "sum(p.qty * p.price for p in ps)",
            {"ps": [{"qty": 2, "price": 1.5}, {"qty": 1, "price": 4}]},
            "float64",
            7.0,
        ),
        ("sum(p.qty for p in ps if p.side == 'buy')", {"ps": []}, "int64", None),
        ("any(t == 'a' for t in tags)", {"tags": ["b", "a"]}, "bool", True),
        ("deal.price > 1", {"deal": {"price": 2.5}}, "bool", True),
        ("matches(s, r'[A-Z]+')", {"s": "BTC"}, "bool", True),
        ("7 // 2", {}, "int64", 3),
    ],
)
def test_a_row_is_evaluated_on_every_back_end(
    cli: Cli, expression: str, row: dict[str, Any], type: str, value: Any
) -> None:
    if row.get("ps") == []:
        # Nothing says what an empty list holds.
        assert cli("eval", expression, "--row", json.dumps(row)).returncode == 1
        return
    found = evaluated(cli, expression, "--row", json.dumps(row))
    assert (found["type"], values(found)) == (type, [value])


def test_types_are_stated_for_what_json_cannot_say(cli: Cli) -> None:
    row = json.dumps({"at": "2026-07-02T15:00:00Z", "price": "10.10", "day": "2026-07-02"})
    types = ["at=datetime[us, America/New_York]", "price=decimal(18,2)", "day=date"]
    stated = [part for each in types for part in ("--type", each)]
    assert values(evaluated(cli, "hour(at)", "--row", row, *stated)) == [11]
    assert values(evaluated(cli, "price * 3", "--row", row, *stated)) == ["30.30"]
    assert values(evaluated(cli, "at + hours(1)", "--row", row, *stated)) == ["2026-07-02 12:00:00-04:00"]
    assert values(evaluated(cli, "day == date('2026-07-02')", "--row", row, *stated)) == [True]


def test_a_file_is_evaluated_row_by_row_and_as_a_whole(cli: Cli) -> None:
    (cli.folder / "data.csv").write_text("symbol,high,low\nA,2,1\nA,1,2\nB,,1\nB,9,3\n")
    by_row = evaluated(cli, "high >= low", "--data", "data.csv", "--contract", "bars")
    assert values(by_row) == [True, False, None, True]
    before = evaluated(cli, "high > prev(high)", "--data", "data.csv", "--contract", "bars", "--within", "symbol")
    assert values(before) == [None, False, None, None]
    whole = evaluated(cli, "max(high) - min(low)", "--data", "data.csv", "--contract", "bars", "--dataset")
    assert values(whole) == [8.0]
    assert whole["results"][1]["text"] is None
    groups = evaluated(cli, "sum(low)", "--data", "data.csv", "--contract", "bars", "--dataset", "--within", "symbol")
    assert values(groups) == [3.0, 4.0]
    text = cli("eval", "high >= low", "--data", "data.csv", "--contract", "bars")
    assert "row 1: high=1.0  low=2.0" in text.stdout


def test_a_parquet_file_brings_its_types(cli: Cli) -> None:
    import polars as pl

    frame = pl.DataFrame({"legs": [[{"qty": 1, "px": 2.0}], [], None], "n": [1, 2, 3]})
    frame.write_parquet(cli.folder / "data.parquet")
    found = evaluated(cli, "sum(p.qty * p.px for p in legs) + n", "--data", "data.parquet")
    assert values(found) == [3.0, 2.0, None]


@pytest.mark.parametrize(
    ("arguments", "code", "place"),
    [
        (["hgh > 1", "--row", '{"high": 1}'], "PG311", (1, 1, 1, 4)),
        (["high > 'a'", "--row", '{"high": 1}'], "PG322", (1, 1, 1, 11)),
        (["high >", "--row", '{"high": 1}'], "PG301", (1, 6, 1, 7)),
    ],
)
def test_a_faulty_expression_is_a_finding_with_its_place(
    cli: Cli, arguments: list[str], code: str, place: tuple[int, ...]
) -> None:
    result = cli("eval", *arguments, "--format", "json")
    assert result.returncode == 1
    (finding,) = json.loads(result.stdout)["diagnostics"]
    at = tuple(finding[each] for each in ("line", "column", "end_line", "end_column"))
    assert (finding["code"], at) == (code, place)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["x > 1", "--row", "x:1"], "PG131"),
        (["x > 1", "--row", "[1]"], "PG131"),
        (["x > 1", "--row", "[" * 100_000], "PG131"),
        (["high > 1", "--row", "{}", "--contract", "bars"], "PG133"),
        (["high > 1", "--row", '{"high": "a"}', "--contract", "bars"], "PG132"),
        (["high > 1", "--row", '{"high": 1e999}'], "PG131"),
        (["high > 1", "--row", '{"high": 1, "high": 2}'], "PG131"),
        (["high > 1", "--row", '{"high": %s}' % ("9" * 5000)], "PG131"),
        (["high > 1", "--row", '{"high": 1.5}', "--type", "high=int64"], "PG132"),
        (["high > 1", "--row", '{"high": 1}', "--type", "high=number"], "PG215"),
        (["high > 1", "--row", '{"high": 1}', "--contract", "barz"], "PG2005"),
        (["high > 1", "--data", "missing.csv"], "PG140"),
        (["high > 1", "--row", '{"high": 1}', "--within", "symbl"], "PG501"),
    ],
)
def test_bad_input_is_one_clear_error(cli: Cli, arguments: list[str], code: str) -> None:
    result = cli("eval", *arguments)
    assert result.returncode == 2
    assert f"error[{code}]" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_what_of_a_file_cannot_be_read_is_said(peakguard: Run, project: Project) -> None:
    contract = "peakguard: 1\nkind: contract\nname: bars\nversion: 1.0.0\ncolumns: {close: float64, at: date}\n"
    root = project({"contracts/bars.yaml": contract, "bars.csv": "close\n1.5\nn/a\nzero\n"})
    done = peakguard("eval", "close > 1", "--data", "bars.csv", "--contract", "bars", cwd=root)
    assert done.returncode == 0
    told = done.stderr.splitlines()
    assert len(told) == 2
    assert "close" in told[0]
    assert "row 1 holds 'n/a' and 1 more, taken as null" in told[0]
    assert told[1].startswith("peakguard: at: no column at")


def test_bytes_have_a_length_on_every_back_end(cli: Cli) -> None:
    contract = "peakguard: 1\nkind: contract\nname: raw\nversion: 1.0.0\ncolumns: {b: {type: binary, nullable: true}}\n"
    (cli.folder / "contracts" / "raw.yaml").write_text(contract)
    rows = [b"", "ä".encode(), b"\xff\x00", None]
    pl.DataFrame({"b": rows}, {"b": pl.Binary}).write_parquet(cli.folder / "raw.parquet")
    found = evaluated(cli, "len(b)", "--contract", "raw", "--data", "raw.parquet")
    assert values(found) == [0, 2, 2, None]
    text = cli("eval", "is_null(b) or len(b) > 1", "--contract", "raw", "--data", "raw.parquet")
    assert (text.returncode, text.stderr) == (0, "")


def test_bytes_are_no_type_of_a_row_of_the_command_line(cli: Cli) -> None:
    refused = cli("eval", "len(b) > 1", "--row", '{"b": "k"}', "--type", "b=binary")
    assert refused.stderr.startswith("error[PG215]")
