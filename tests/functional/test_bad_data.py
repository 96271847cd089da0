"""Data that cannot be read are one catalogued error that names the file and the place; nothing is lost in silence."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import peakguard
from peakguard.diagnostics import codes
from peakguard.engines.polars import batches, files
from peakguard.kinds.contract.runtime import Contract
from tests.functional.conftest import Project, Run
from tests.functional.policies import PROJECT

POLICY = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns:
  symbol: {type: string, matches: '[A-Z]+'}
  day: date
  close: {type: float64, gt: 0}
key: [symbol, day]
"""
HEADER = "symbol,day,close\n"
LINES = "".join(f"A,2026-01-{day:02d},{day}.5\n" for day in range(1, 29))
JSON = "".join(f'{{"symbol": "A", "day": "2026-01-{day:02d}", "close": {day}.5}}\n' for day in range(1, 29))


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    root = tmp_path_factory.mktemp("project")
    (root / "contracts").mkdir()
    (root / "contracts" / "bars.yaml").write_text(POLICY)
    return peakguard.load(root).contract("bars")


def frame() -> pl.DataFrame:
    return pl.read_csv((HEADER + LINES).encode(), try_parse_dates=True)


Make = Callable[[Path], None]
CASES: dict[str, tuple[Make, str, dict[str, Any]]] = {}


def case(code: str, **context: Any) -> Callable[[Make], Make]:
    def register(make: Make) -> Make:
        CASES[make.__name__] = (make, code, context)
        return make

    return register


def text(name: str, content: str | bytes, code: str, /, **context: Any) -> None:
    """A case of one file."""

    def make(folder: Path) -> None:
        (folder / "a").with_suffix(name[name.index(".") :]).write_bytes(
            content.encode() if isinstance(content, str) else content
        )

    CASES[name] = (make, code, context)


text("few.csv", HEADER + LINES + "A,2026-02-01\n", codes.ROW_RAGGED, file="a.csv", line=30, found=2, expected=3)
text("many.csv", HEADER + LINES + "A,2026-02-01,1,2\n", codes.ROW_RAGGED, line=30, found=4)
text("both.csv", HEADER + "A,2026-02-01\nA,2026-02-02,1,2\n", codes.ROW_RAGGED, line=2, found=2)
text("few quoted.csv", HEADER + LINES + '"A,2026-02-01",5\n', codes.ROW_RAGGED, line=30, found=2)
text("many in undeclared.csv", "symbol,day,close,x\nA,2026-01-01,1,2,3\n", codes.ROW_RAGGED, line=2, found=5)
text("after a quote of two lines.csv", HEADER + '"A\nB",2026-02-01,5\nA\n', codes.ROW_RAGGED, line=4, found=1)
text("blank.csv", HEADER + "\n" + LINES, codes.ROW_RAGGED, line=2, found=0)
text("few.tsv", HEADER.replace(",", "\t") + "A\t5\n", codes.ROW_RAGGED, file="a.tsv", line=2)
text("few.csv.gz", gzip.compress((HEADER + "A\n").encode()), codes.ROW_RAGGED, file="a.csv.gz", line=2)
text("open quote.csv", HEADER + LINES + 'A,2026-02-01,"5\n' + LINES, codes.QUOTE_OPEN, line=30)
text("stray quote.csv", HEADER + '"A"B,2026-02-01,5\n', codes.QUOTE_OPEN, line=2)
text("utf16.csv", (HEADER + LINES).encode("utf-16"), codes.DATA_NOT_UTF8, line=1, offset=0, byte="0xff")
text("utf16 unmarked.csv", (HEADER + LINES).encode("utf-16-le"), codes.DATA_NOT_UTF8, line=1, offset=1, byte="0x00")
text("latin1.csv", HEADER.encode() + "é,2026-01-01,1\n".encode("latin-1"), codes.DATA_NOT_UTF8, line=2, offset=17)
text("latin1 name.csv", "symbol,day,close,é\n".encode("latin-1"), codes.DATA_NOT_UTF8, line=1, offset=17)
text("nul.csv", HEADER.encode() + b"A\0,2026-01-01,1\n", codes.DATA_NOT_UTF8, line=2, offset=18)
text("old mac.csv", (HEADER + LINES).replace("\n", "\r"), codes.DATA_DAMAGED)
text("twice.csv", "symbol,day,close,close\nA,2026-01-01,1,2\n", codes.COLUMN_TWICE, name="close")
text("cut.csv.gz", gzip.compress((HEADER + LINES).encode())[:-12], codes.DATA_DAMAGED)
text("no gzip.csv.gz", HEADER + LINES, codes.DATA_DAMAGED)
text("broken.ndjson", JSON + '{"symbol": "A", "day"\n', codes.JSON_LINE_BROKEN, line=29, column=23)
text("cut.ndjson", JSON[:-9], codes.JSON_LINE_BROKEN, line=28)
text("array.ndjson", JSON + "[1, 2]\n", codes.JSON_LINE_BROKEN, line=29, column=1)
text("scalar.jsonl", JSON + "5\n", codes.JSON_LINE_BROKEN, file="a.jsonl", line=29)
text("nan.ndjson", '{"symbol": "A", "close": NaN}\n', codes.JSON_LINE_BROKEN, line=1, column=26)
text("two on a line.ndjson", '{"close": 1}{"close": 2}\n', codes.JSON_LINE_BROKEN, line=1, column=13)
text("pretty.ndjson", '{\n "close": 1\n}\n', codes.JSON_LINE_BROKEN, line=1)
text("deep.ndjson", '{"close": ' + "[" * 99_999 + "]" * 99_999 + "}\n", codes.JSON_LINE_BROKEN, line=1)
text("twice.ndjson", JSON + '{"close": 1, "close": 2}\n', codes.COLUMN_TWICE, line=29, name="close")
text("twice apart.ndjson", JSON + '{"close" :1, "day":"a:b", "close":2}\n', codes.COLUMN_TWICE, line=29)
text("mixed.ndjson", JSON + '{"close": "x"}\n', codes.JSON_KINDS_MIXED, line=29, name="close", found="text")
text("bool.ndjson", JSON + '{"close": true}\n', codes.JSON_KINDS_MIXED, line=29, name="close")
text("object.ndjson", JSON + '{"close": {"a": 1}}\n', codes.JSON_KINDS_MIXED, line=29, name="close")
text("latin1.ndjson", JSON.encode() + b'{"symbol": "\xe9"}\n', codes.DATA_NOT_UTF8, line=29, byte="0xe9")
text("utf16.ndjson", JSON.encode("utf-16"), codes.DATA_NOT_UTF8, line=1, offset=0)
text("cut.ndjson.gz", gzip.compress(JSON.encode())[:-12], codes.DATA_DAMAGED)
text("wrong magic.parquet", b"GIF89a and then some more bytes", codes.DATA_DAMAGED, format="parquet")
text("wrong magic.arrow", b"GIF89a and then some more bytes", codes.DATA_DAMAGED, format="arrow")
text("csv as parquet.parquet", HEADER + LINES, codes.DATA_DAMAGED)
for ending in ("csv", "tsv", "csv.gz", "ndjson", "jsonl", "parquet", "arrow", "feather"):
    text(f"empty.{ending}", b"", codes.DATA_EMPTY, file=f"a.{ending}")
text("empty in gzip.csv.gz", gzip.compress(b""), codes.DATA_EMPTY)
text("notes.txt", "x", codes.DATA_FORM_UNKNOWN, file="a.txt")


@case(codes.DATA_DAMAGED, file="b.parquet", format="parquet")
def the_end_is_missing(folder: Path) -> None:
    frame().write_parquet(folder / "a.parquet")
    (folder / "b.parquet").write_bytes((folder / "a.parquet").read_bytes()[:-200])


@case(codes.DATA_DAMAGED, file="b.parquet", format="parquet")
def the_middle_is_missing(folder: Path) -> None:
    frame().write_parquet(folder / "a.parquet")
    data = (folder / "a.parquet").read_bytes()
    (folder / "b.parquet").write_bytes(data[:40] + data[140:])


@case(codes.DATA_DAMAGED, file="b.parquet")
def a_page_is_overwritten(folder: Path) -> None:
    frame().write_parquet(folder / "a.parquet")
    data = bytearray((folder / "a.parquet").read_bytes())
    data[30:80] = bytes(50)
    (folder / "b.parquet").write_bytes(data)


@case(codes.DATA_DAMAGED, file="b.arrow")
def an_arrow_file_is_cut(folder: Path) -> None:
    frame().write_ipc(folder / "a.arrow")
    (folder / "b.arrow").write_bytes((folder / "a.arrow").read_bytes()[:-100])


@case(codes.COLUMNS_DIFFER, file="b.parquet")
def a_column_changes_type(folder: Path) -> None:
    frame().write_parquet(folder / "a.parquet")
    frame().with_columns(pl.col("close").cast(pl.String)).write_parquet(folder / "b.parquet")


@case(codes.COLUMNS_DIFFER, file="b.parquet")
def a_column_vanishes(folder: Path) -> None:
    frame().write_parquet(folder / "a.parquet")
    frame().drop("close").write_parquet(folder / "b.parquet")


@case(codes.COLUMNS_DIFFER, file="b.parquet")
def a_column_appears(folder: Path) -> None:
    frame().write_parquet(folder / "a.parquet")
    frame().with_columns(x=1).write_parquet(folder / "b.parquet")


@case(codes.COLUMNS_DIFFER, file="b.arrow")
def an_arrow_column_appears(folder: Path) -> None:
    frame().write_ipc(folder / "a.arrow")
    frame().with_columns(x=1).write_ipc(folder / "b.arrow")


@case(codes.COLUMNS_DIFFER, file="b.csv")
def csv_columns_change_places(folder: Path) -> None:
    (folder / "a.csv").write_text(HEADER + LINES)
    (folder / "b.csv").write_text("day,symbol,close\n2026-01-01,B,1\n")


@case(codes.COLUMNS_DIFFER, file="b.csv")
def a_csv_column_vanishes(folder: Path) -> None:
    (folder / "a.csv").write_text(HEADER + LINES)
    (folder / "b.csv").write_text("symbol,day\nB,2026-01-01\n")


@case(codes.COLUMNS_DIFFER, file="b.ndjson")
def json_changes_kind_between_files(folder: Path) -> None:
    (folder / "a.ndjson").write_text(JSON)
    (folder / "b.ndjson").write_text('{"close": "x"}\n')


@case(codes.DATA_FORM_UNKNOWN, file="b.csv")
def files_of_two_forms(folder: Path) -> None:
    frame().write_parquet(folder / "a.parquet")
    (folder / "b.csv").write_text(HEADER + LINES)


@case(codes.DATA_FORM_UNKNOWN, file="readme")
def a_foreign_file(folder: Path) -> None:
    frame().write_parquet(folder / "a.parquet")
    (folder / "readme").write_text("x")


@case(codes.DATA_NOT_A_FILE, file="a.csv", what="pipe")
def a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "a.csv")


@case(codes.DATA_MISSING, file="")
def nothing(folder: Path) -> None:
    assert not os.listdir(folder)


@case(codes.DATA_MISSING, file="a.csv")
def a_link_to_nowhere(folder: Path) -> None:
    (folder / "a.csv").symlink_to(folder / "gone.csv")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("is_large", [False, True], ids=["whole", "batches"])
def test_bad_data_is_one_error(
    contract: Contract, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, *, is_large: bool
) -> None:
    make, code, expected = CASES[name]
    make(tmp_path)
    if is_large:
        monkeypatch.setattr(files, "SMALL_FILES", 0)
    with pytest.raises(peakguard.PeakguardError) as raised:
        contract.inspect_file(tmp_path)
    found = dict(raised.value.context)
    if "file" in expected:
        assert Path(found["file"]) == tmp_path / expected["file"]
    assert raised.value.code == code
    assert {name: found[name] for name in expected if name != "file"} == {
        name: value for name, value in expected.items() if name != "file"
    }


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("few.csv", "data/a.csv:30:1"),
        ("broken.ndjson", "data/a.ndjson:29:23"),
        ("latin1.csv", "data/a.csv:2:1"),
        ("a_column_changes_type", "data/b.parquet"),
        ("the_middle_is_missing", "data/b.parquet"),
        ("a_pipe", "data/a.csv"),
        ("a_foreign_file", "data/readme"),
    ],
)
def test_the_command_names_the_place(peakguard: Run, project: Project, name: str, place: str) -> None:
    root = project({**PROJECT, "contracts/bars.yaml": POLICY})
    (root / "data").mkdir()
    make, code, _ = CASES[name]
    make(root / "data")
    result = peakguard("validate", "bars", "data", cwd=root)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error[{code}]")
    assert f"--> {place}\n" in result.stderr
    assert "Traceback" not in result.stderr
    assert "panicked" not in result.stderr


def test_a_pattern_that_matches_nothing(contract: Contract, tmp_path: Path) -> None:
    with pytest.raises(peakguard.PeakguardError) as raised:
        contract.inspect_file(f"{tmp_path}/*.parquet")
    assert raised.value.code == codes.DATA_MISSING


def test_a_folder_that_may_not_be_read(contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read everything, so the system's refusal is played."""

    def refuse(_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(peakguard.PeakguardError) as raised:
        contract.inspect_file(tmp_path)
    assert raised.value.code == codes.DATA_FORBIDDEN


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(contract: Contract, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + LINES)
    (tmp_path / "a.csv").chmod(stat.S_IWUSR)
    with pytest.raises(peakguard.PeakguardError) as raised:
        contract.inspect_file(tmp_path)
    assert raised.value.code == codes.DATA_FORBIDDEN


WRITE: dict[str, Callable[[pl.DataFrame, Path], Any]] = {
    "parquet": lambda data, path: data.write_parquet(path, row_group_size=1000),
    "arrow": lambda data, path: data.write_ipc(path, record_batch_size=1000),
    "csv": lambda data, path: data.write_csv(path),
    "ndjson": lambda data, path: data.write_ndjson(path),
}
CHANGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "removed": (lambda path: path.unlink(), "removed"),
    "shrunk": (lambda path: os.truncate(path, path.stat().st_size // 3), "shrank"),
    "grown": (lambda path: path.write_bytes(path.read_bytes() + b"\n"), "changed"),
}


@pytest.mark.parametrize("form", WRITE)
@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_while_it_is_read(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, change: str
) -> None:
    data = pl.DataFrame({"symbol": [f"S{n}" for n in range(12_000)], "day": "2026-01-01", "close": 1.5})
    data = data if form in {"csv", "ndjson"} else data.with_columns(pl.col("day").str.to_date())
    WRITE[form](data, tmp_path / f"a.{form}")
    monkeypatch.setattr(files, "SMALL_FILES", 0)
    monkeypatch.setattr(batches, "rows_per_batch", lambda _: 1000)
    judged = batches.Batches.judged
    act, word = CHANGES[change]

    def changing(self: Any, names: Any, judge: Any) -> Iterator[Any]:
        for number, batch in enumerate(judged(self, names, judge)):
            if number == 2:
                act(tmp_path / f"a.{form}")
            yield batch

    monkeypatch.setattr(batches.Batches, "judged", changing)
    with pytest.raises(peakguard.PeakguardError) as raised:
        contract.inspect_file(tmp_path)
    assert raised.value.code == codes.DATA_CHANGED
    assert raised.value.context["file"] == str(tmp_path / f"a.{form}")
    assert word in raised.value.context["what"]


GOOD = {
    "quotes.csv": '"symbol","day","close"\n"A","2026-01-01","1.5"\n"B",2026-01-02,2\n',
    "a text of two lines.csv": 'symbol,day,close,note\nA,2026-01-01,1.5,"one\ntwo, three"\nB,2026-01-02,2,x\n',
    "marked.csv": "\ufeffsymbol,day,close\nA,2026-01-01,1.5\nB,2026-01-02,2\n",
    "windows.csv": "symbol,day,close\r\nA,2026-01-01,1.5\r\nB,2026-01-02,2\r\n",
    "no last end.csv": "symbol,day,close\nA,2026-01-01,1.5\nB,2026-01-02,2",
    "whole numbers.ndjson": '{"symbol":"A","day":"2026-01-01","close":1}\n'
    '{"symbol":"B","day":"2026-01-02","close":2}\n',
    "blank.ndjson": '{"symbol":"A","day":"2026-01-01","close":1}\n\n{"symbol":"B","day":"2026-01-02","close":2}\n\n',
    "late name.ndjson": '{"symbol":"A","day":"2026-01-01","close":1}\n'
    '{"note": "late", "symbol":"B","day":"2026-01-02","close":2.5}\n',
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("is_zipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("is_large", [False, True], ids=["whole", "batches"])
def test_what_is_odd_but_right_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, *, is_zipped: bool, is_large: bool
) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "bars.yaml").write_text(POLICY + "extra_columns: allow\n")
    data = GOOD[name].encode()
    path = tmp_path / f"{name}{'.gz' if is_zipped else ''}"
    path.write_bytes(gzip.compress(data) if is_zipped else data)
    if is_large:
        monkeypatch.setattr(files, "SMALL_FILES", 0)
    verdict = peakguard.load(tmp_path).contract("bars").inspect_file(path)
    assert (verdict.rows, verdict.violations) == (2, ())


def test_json_is_no_number_as_text(tmp_path: Path) -> None:
    """Dates have no other form in JSON than text; numbers do."""
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "bars.yaml").write_text(POLICY)
    (tmp_path / "a.ndjson").write_text('{"symbol":"A","day":"soon","close":"1"}\n')
    verdict = peakguard.load(tmp_path).contract("bars").inspect_file(tmp_path / "a.ndjson")
    assert {each.rule for each in verdict.violations} == {"columns.day.type", "columns.close.type"}


@pytest.mark.parametrize("form", [*WRITE, "csv.gz"])
def test_damage_anywhere_is_a_verdict_or_one_error(contract: Contract, tmp_path: Path, form: str) -> None:
    """400 flips, cuts and insertions in each form: what is raised is ours, whatever it hits."""
    path = tmp_path / f"a.{form}"
    plain = tmp_path / f"plain.{form.removesuffix('.gz')}"
    WRITE[form.removesuffix(".gz")](frame().with_columns(note=pl.lit('a "quoted", text')), plain)
    data = plain.read_bytes() if form != "csv.gz" else gzip.compress(plain.read_bytes())
    choose = random.Random(form)
    for _ in range(400):
        path.write_bytes(damaged(data, choose))
        try:
            verdict = contract.inspect_file(path)
            assert form not in {"parquet", "arrow"} or verdict.rows == frame().height
        except peakguard.PeakguardError as error:
            assert str(path) == error.context["file"]  # noqa: PT017 # either outcome is right
            str(error)
    shutil.rmtree(tmp_path)


def damaged(data: bytes, choose: random.Random) -> bytes:
    place = choose.randrange(len(data))
    match choose.randrange(4):
        case 0:
            return data[:place] + bytes([data[place] ^ 1 << choose.randrange(8)]) + data[place + 1 :]
        case 1:
            return data[:place]
        case 2:
            return data[:place] + data[place + choose.randrange(1, 40) :]
        case _:
            return data[:place] + choose.randbytes(choose.randrange(1, 9)) + data[place:]
