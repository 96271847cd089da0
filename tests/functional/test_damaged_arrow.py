"""Arrow files with one flipped bit, under a limit of memory: a verdict over all rows, or one error."""

from __future__ import annotations

import json
import random
import resource
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from peakguard.engines.polars.flatbuffer import root as root_of
from tests.functional.conftest import Project, Run

ROWS = 20_000
LIMIT = 3_000_000 * 1024
POLICY = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns: {time: 'datetime[us, UTC]', symbol: string, price: float64, size: int64}
coerce: true
"""
JUDGE = """\
import json, sys
import peakguard
contract = peakguard.load(".").contract("bars")
for line in sys.stdin:
    place, bit = json.loads(line)
    data = bytearray(open("whole.arrow", "rb").read())
    data[place] ^= 1 << bit
    open("flipped.arrow", "wb").write(data)
    try:
        outcome = contract.inspect_file("flipped.arrow").rows
    except peakguard.PeakguardError as error:
        outcome = error.code
    print(json.dumps(outcome), flush=True)
"""


def table() -> pl.DataFrame:
    choose = random.Random(1)
    return pl.DataFrame(
        {
            "time": pl.datetime_range(
                pl.datetime(2026, 1, 1), pl.datetime(2026, 1, 2), "1s", time_zone="UTC", eager=True
            )[:ROWS],
            "symbol": [f"S{choose.randrange(97)}" for _ in range(ROWS)],
            "price": [choose.random() for _ in range(ROWS)],
            "size": range(ROWS),
        }
    )


def _by_pyarrow(path: Path) -> None:
    """The symbols are a dictionary, which stands in a batch of its own."""
    data = table().to_arrow(compat_level=pl.CompatLevel.oldest())
    data = data.set_column(1, "symbol", data["symbol"].dictionary_encode())
    with pa.ipc.new_file(str(path), data.schema) as writer:
        writer.write_table(data, max_chunksize=3000)


WRITE: dict[str, Callable[[Path], Any]] = {
    "polars": lambda path: table().write_ipc(path),
    "packed": lambda path: table().write_ipc(path, compression="zstd", record_batch_size=4000),
    "pyarrow": _by_pyarrow,
}


def flips(data: bytes, count: int) -> list[tuple[int, int]]:
    """Places in the footer, in the heads of the last batch and of the first one, each with a bit."""
    choose = random.Random(7)
    footer = len(data) - 10 - int.from_bytes(data[-10:-6], "little")
    ranges = [range(footer, len(data)), range(8, 600), range(footer - 600, footer)]
    return [(choose.choice(ranges[number % 3]), choose.randrange(8)) for number in range(count)]


@pytest.mark.parametrize("writer", WRITE)
def test_a_flipped_bit_is_a_verdict_over_all_rows_or_one_error(project: Project, writer: str) -> None:
    root = project({"pyproject.toml": "[tool.peakguard]\n", "contracts/bars.yaml": POLICY})
    WRITE[writer](root / "whole.arrow")
    asked = flips((root / "whole.arrow").read_bytes(), 60)
    ran = subprocess.run(
        [sys.executable, "-c", JUDGE],
        cwd=root,
        input="\n".join(json.dumps(flip) for flip in asked),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT)),
    )
    outcomes = [json.loads(line) for line in ran.stdout.splitlines()]
    assert (ran.returncode, len(outcomes), ran.stderr) == (0, len(asked), "")
    assert set(outcomes) == {ROWS, "PG149"}


@pytest.mark.parametrize("number", range(3))
def test_the_command_ends_with_one_error(peakguard: Run, project: Project, number: int) -> None:
    """The footer's word on where the last batch stands, how long its head is, and how long its body."""
    root = project({"pyproject.toml": "[tool.peakguard]\n", "contracts/bars.yaml": POLICY})
    _by_pyarrow(root / "a.arrow")
    data = bytearray((root / "a.arrow").read_bytes())
    footer = len(data) - 10 - int.from_bytes(data[-10:-6], "little")
    last = root_of(bytes(data[footer:])).structs(3, "qi4xq")[-1]
    data[data.index(struct.pack("<qi4xq", *last), footer) + 8 * number + 3] ^= 1 << 5
    (root / "a.arrow").write_bytes(data)
    result = peakguard("validate", "bars", "a.arrow", cwd=root)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error[PG149]")
    assert "panicked" not in result.stderr
    assert "Traceback" not in result.stderr
