"""What stands in place of the system's gives the same in every process, and breaks nothing that works with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

PROGRAM = """
from peakguard.kinds.reproducibility.injected.clock import inject_clock
from peakguard.kinds.reproducibility.injected.entropy import inject_entropy
from peakguard.kinds.reproducibility.injected.listing import inject_listing
import random, sys
random.seed(1)
inject_clock(1_700_000_000_000_000_000); inject_entropy(int(sys.argv[1])); inject_listing(is_reversed=len(sys.argv) > 2)
import copy, datetime as dt, glob, json, os, pathlib, pickle, secrets, tempfile, time, uuid
import numpy as np, pandas as pd, polars as pl

class Moment(dt.datetime):
    pass

before = dt.datetime.now()
time.sleep(0.02)
slept = (dt.datetime.now() - before).total_seconds()
plain = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
with tempfile.TemporaryDirectory() as folder:
    for name in "cab":
        open(os.path.join(folder, name), "w").close()
    with os.scandir(folder) as entries:
        scanned = [entry.name for entry in entries]
    listed = [os.listdir(folder), scanned, [p.name for p in pathlib.Path(folder).iterdir()], next(os.walk(folder))[2]]
told = {
    "times": [str(dt.datetime.now()), str(dt.date.today()), str(dt.datetime.now(dt.UTC)), time.time_ns(), time.ctime()],
    "pandas": str(pd.Timestamp.now()),
    "slept": round(slept, 3),
    "types": [type(Moment.now()).__name__, type(dt.datetime.now()) is dt.datetime, isinstance(plain, dt.date)],
    "pickled": pickle.loads(pickle.dumps(plain)) == copy.deepcopy(plain) == plain,
    "frames": [str(pl.Series([plain]).dtype), str(pd.Series([plain]).dtype)],
    "random": [str(uuid.uuid4()), str(uuid.uuid1()), secrets.token_hex(4), random.Random().random()],
    "system": os.urandom(3).hex(),
    "numpy": float(np.random.default_rng().random()),
    "listed": listed,
    "measured": time.perf_counter() > 0 and time.monotonic() > 0,
}
print(json.dumps(told))
"""


def told(*words: str) -> dict[str, Any]:
    environment = {**os.environ, "TZ": "UTC"}
    command = [sys.executable, "-c", PROGRAM, *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_process_reads_the_same_and_libraries_work_with_it() -> None:
    first = told("7")
    assert told("7") == first
    assert first["times"][0].startswith("2023-11-14 22:13:20.0")
    assert first["pandas"].startswith("2023-11-14 22:13:20")
    assert first["slept"] == 0.02
    assert first["types"] == ["Moment", True, True]
    assert first["pickled"]
    assert first["frames"] == ["Datetime(time_unit='us', time_zone='UTC')", "datetime64[us, UTC]"]
    assert first["listed"] == [["a", "b", "c"]] * 4


def test_another_seed_gives_other_bytes_and_folders_may_be_turned_round() -> None:
    first, other = told("7"), told("8", "reversed")
    assert all(one != two for one, two in zip(first["random"], other["random"], strict=True))
    assert first["numpy"] != other["numpy"]
    assert other["listed"] == [["c", "b", "a"]] * 4


def test_peakguard_itself_reads_the_time_and_the_bytes_of_the_system() -> None:
    program = (
        "import time\nreal = time.time()\n"
        "from peakguard.kinds.reproducibility.injected.clock import inject_clock\n"
        "from peakguard.kinds.reproducibility.injected.entropy import inject_entropy\n"
        "inject_clock(0); inject_entropy(1)\n"
        "import peakguard\n"
        "from peakguard.runtime import events\n"
        "heard = []\nevents.subscribe(heard.append)\n"
        "with peakguard.run() as run:\n"
        "    print(run.run_id, abs(heard[0].time_ns / 1e9 - real) < 60, time.time() < 1)\n"
    )
    found = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
        for _ in range(2)
    ]
    assert found[0][0] != found[1][0]
    assert [each[1:] for each in found] == [["True", "True"]] * 2
