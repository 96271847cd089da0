"""Nothing that is kept is written around runtime/fsops: strace sees every change, the recorder knows it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is missing: `make strace` installs it")

_CHANGING = "open,openat,creat,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,truncate,symlink"
_WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC")
_NAMED = re.compile(r'(?:\d+<([^>]*)>, )?"([^"]+)"')
"""A path, and the folder that it starts from where that is not the current one."""
CONTRACT = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns:
  close: {type: float64, unit: usd, ge: 0}
"""
CACHE = """peakguard: 1
kind: cache
name: caches
version: 1.0.0
policies:
  kept: {max_entries: 10, contract: bars}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A contract, and data of which one row breaks it."""
    folder = tmp_path / "project"
    (folder / "policies").mkdir(parents=True)
    (folder / "policies" / "bars.yaml").write_text(CONTRACT)
    (folder / "policies" / "caches.yaml").write_text(CACHE)
    (folder / "bars.csv").write_text("close\n1.5\n-1.0\n")
    (folder / "old").mkdir()
    pq.write_table(pa.table({"close": [1.5]}), folder / "old" / "a.parquet")
    return folder


def changed(project: Path, *arguments: str, path: str = "") -> tuple[set[str], set[str], str]:
    """The paths under a project that a command changed, those that fsops knows, and what was printed."""
    log, notes = project.with_name("strace.log"), project.with_name("notes.json")
    command = ["strace", "-f", "-o", str(log), "-y", "-s", "4096", "-e", f"trace={_CHANGING}", sys.executable, "-m"]
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [*command, "tests.crash.observed", str(notes), *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": f"{path}{root}"},
        capture_output=True,
        text=True,
        check=False,
    )
    paths = set()
    for line in log.read_text(errors="replace").splitlines():
        if " = -1 " in line or ("open" in line and not _WRITES.search(line)):
            continue
        paths |= {os.path.normpath(os.path.join(project, base, path)) for base, path in _NAMED.findall(line)}
    inside = {path for path in paths if path.startswith(f"{project}{os.sep}")}
    return inside, set(json.loads(notes.read_text())), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        (["check"], ".peakguard"),
        (["validate", "bars", "bars.csv", "--out-valid", "good.parquet", "--quarantine", "bad.parquet"], "bad.parquet"),
        (["validate", "bars", "bars.csv", "--html", "report.html"], "report.html"),
        (["sample", "bars", "-n", "3", "--out", "made.csv"], "made.csv"),
        (["cache", "import", "kept", "old"], ".peakguard/caches/kept/keys"),
        (["state"], "store/keys"),
        (["state"], "journal/00000001.log"),
        (["state"], "breakers/kraken.breaker"),
    ],
    ids=["check", "quarantine", "html", "sample", "cache", "store", "journal", "breaker"],
)
def test_every_change_goes_through_fsops(project: Path, arguments: list[str], made: str) -> None:
    inside, known, output = changed(project, *arguments)
    assert (project / made).exists(), output
    assert inside, output
    # Files to lock hold nothing, and are filelock's.
    around = {path for path in inside - known if not os.path.dirname(path).endswith(f"{os.sep}locks")}
    assert around == set()


def test_a_write_around_it_is_seen(project: Path) -> None:
    shim = project.with_name("shim")
    shim.mkdir()
    (shim / "sitecustomize.py").write_text("open('around', 'w').close()\n")
    inside, known, output = changed(project, "state", path=f"{shim}{os.pathsep}")
    assert str(project / "around") in inside - known, output
