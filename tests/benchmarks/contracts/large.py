"""60 M rows, more than memory would hold: `python -m tests.benchmarks.contracts.large [--layout interleaved]`.

The file is written piece by piece into a temporary folder and deleted. What is judged runs in a process of its own,
whose peak of resident memory (VmHWM, file pages that Polars maps included) must stay below 1 GiB; else this exits 1.
`--groups one` writes all rows as a single row group, which Polars has to hold while it reads it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.contracts.__main__ import _peak
from tests.benchmarks.contracts.runners import peakguard_file

SYMBOLS = 100
LIMIT = 1024
"""MiB."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=60_000_000)
    parser.add_argument("--layout", choices=("contiguous", "interleaved"), default="contiguous")
    parser.add_argument("--groups", choices=("many", "one"), default="many")
    parser.add_argument("--one", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(_judge(options.one)))
        return
    with tempfile.TemporaryDirectory(prefix="peakguard-bench-") as folder:
        path = Path(folder) / "large.parquet"
        expected = write(path, options.rows, layout=options.layout, groups=options.groups)
        command = [sys.executable, "-m", "tests.benchmarks.contracts.large", "--one", str(path)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    is_right = found["counts"] == expected
    print(
        f"{options.rows:,} rows, {options.layout}, {options.groups} row group(s): {found['wall']:.1f} s, "
        f"{found['peak']} MiB, {'the rows that were broken' if is_right else f'NOT {expected} but'} {found['counts']}"
    )
    sys.exit(0 if is_right and found["peak"] < LIMIT else 1)


def write(path: Path, rows: int, *, layout: str, groups: str) -> dict[str, int]:
    """Bars of which every millionth has a volume below zero; gives the number of those."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(7)
    bars, piece = rows // SYMBOLS, 500_000
    names = np.array([f"SYM{number:03d}" for number in range(SYMBOLS)])
    prices = ["open", "high", "low", "close", "volume"]
    types = [("symbol", pa.string()), ("timestamp", pa.timestamp("us", "UTC")), *((c, pa.float64()) for c in prices)]
    schema, held, broken = pa.schema(types), [], 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, bars * SYMBOLS, piece):
            at = np.arange(start, min(start + piece, bars * SYMBOLS))
            number, hour = (at // bars, at % bars) if layout == "contiguous" else (at % SYMBOLS, at // SYMBOLS)
            close = 100 + random.random(len(at))
            is_broken = at % 1_000_000 == 0
            broken += int(is_broken.sum())
            table = {
                "symbol": names[number],
                "timestamp": np.datetime64("2010-01-01", "us") + hour * np.timedelta64(3600 * 10**6, "us"),
                "open": close,
                "high": close * (1 + random.random(len(at)) * 1e-3),
                "low": close * (1 - random.random(len(at)) * 1e-3),
                "close": close,
                "volume": np.where(is_broken, -1.0, random.random(len(at)) * 1e6),
            }
            made = pa.table(table).cast(schema)
            if groups == "one":
                held.append(made)
            else:
                writer.write_table(made, row_group_size=piece)
        if held:
            writer.write_table(pa.concat_tables(held), row_group_size=rows)
    return {"columns.volume.ge": broken}


def _judge(path: str) -> dict[str, Any]:
    start = time.perf_counter()
    found = peakguard_file(path)
    counts = {rule: rows if isinstance(rows, int) else len(rows) for rule, rows in found.items()}
    return {"wall": time.perf_counter() - start, "peak": _peak(), "counts": counts}


if __name__ == "__main__":
    main()
