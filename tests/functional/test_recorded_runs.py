"""`peakguard run --seed`, `runs` and `replay`: a run is started so that it can be repeated, recorded and repeated."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from peakguard.runtime.journal.segments import read_journal
from tests.functional.conftest import COMMAND, Project, Run
from tests.functional.policies import SHOP

SCHEMA = Draft202012Validator(
    json.loads((Path(__file__).resolve().parents[2] / "docs" / "event.schema.json").read_text())
)
POLICY = "peakguard: 1\nkind: reproducibility\nname: runs\nversion: 1.0.0\n"
STRICT = POLICY + "level: strict\nenvironment: ['APP_*']\noutputs: ['out/*.parquet']\n"
PROGRAM = """\
import datetime, os, random, sys, uuid
import peakguard
import app.rates

with peakguard.run("backtest") as run:
    noise = run.rng("noise").standard_normal(4)
    run.checkpoint("noise", noise)
    prices = [float(line) for line in open("data/prices.txt")]
    run.checkpoint("prices", {"prices": prices, "drawn": random.random(), "order": list({"a", "b", "c"})})
    os.makedirs("out", exist_ok=True)
    import polars as pl
    frame = pl.DataFrame({"price": prices, "fair": [p * app.rates.RATE for p in prices]})
    run.checkpoint("book", frame)
    frame.write_parquet("out/book.parquet")
    with open("out/told.txt", "w") as file:
        file.write(f"{datetime.datetime.now()} {uuid.uuid4()} {os.listdir('data')} {os.environ.get('APP_MODE')}")
print(sys.stdin.read().strip(), sys.argv[1:])
sys.exit(int(sys.argv[1]))
"""
FILES: dict[str, str | bytes] = {
    "policies/runs.yaml": STRICT,
    "main.py": PROGRAM,
    "app/__init__.py": "",
    "app/rates.py": "RATE = 1.1\n",
    "data/prices.txt": "1.5\n2.5\n3.25\n",
}


def manifest(peakguard: Run, root: Path, run: str = "last") -> dict[str, Any]:
    made: dict[str, Any] = json.loads(peakguard("runs", "show", run, "--format", "json", cwd=root).stdout)["manifest"]
    return made


def replayed(peakguard: Run, root: Path, *words: str) -> tuple[int, dict[str, Any]]:
    done = peakguard("replay", *words, "--format", "json", cwd=root)
    return done.returncode, json.loads(done.stdout)


def repeated(peakguard: Run, root: Path) -> dict[str, int]:
    """What the report says of runs that were made again."""
    found: dict[str, int] = json.loads(peakguard("report", "--format", "json", cwd=root).stdout)["repeated"]
    return found


@pytest.fixture
def recorded(peakguard: Run, project: Project) -> Path:
    root = project(FILES)
    done = peakguard(
        "run", "--seed", "42", "--", "python", "main.py", "0", cwd=root, APP_MODE="paper", APP_TOKEN="s3cret"
    )
    assert (done.returncode, done.stderr) == (0, "")
    return root


def test_a_run_is_recorded_with_all_that_it_depends_on(recorded: Path, peakguard: Run) -> None:
    made = manifest(peakguard, recorded)
    assert (made["seed"], made["level"], made["command"]) == (42, "strict", ["main.py", "0"])
    assert made["streams"] == {'numpy "noise"': 4}
    assert [each["path"] for each in made["inputs"]] == ["data/prices.txt"]
    assert {each["path"] for each in made["sources"]} == set(FILES) - {"data/prices.txt"}
    assert [each["path"] for each in made["outputs"]] == ["out/book.parquet", "out/told.txt"]
    assert [each["name"] for each in made["checkpoints"]] == ["noise", "prices", "book"]
    assert made["environment"] == {"APP_MODE": "paper"}  # a token is no setting
    assert made["packages"]["polars"]["used"]
    assert made["ended"] == {"status": "ok", "exit_code": 0, "error_type": None, "code": None}


def test_a_repetition_gives_the_same_whatever_became_of_the_project(recorded: Path, peakguard: Run) -> None:
    for name in ("data/prices.txt", "main.py", "app/rates.py", "out/told.txt", "out/book.parquet"):
        (recorded / name).write_bytes(b"changed since")
    assert replayed(peakguard, recorded, "last")[1]["verdict"] == "identical"
    assert (recorded / "out/told.txt").read_bytes() == b"changed since"
    rows = json.loads(peakguard("runs", "ls", "--format", "json", cwd=recorded).stdout)["runs"]
    assert [row["verified"] for row in rows] == [1]
    assert repeated(peakguard, recorded) == {"identical": 1, "diverged": 0, "not replayable": 0}
    assert "recorded runs made again: 1 identical" in peakguard("report", cwd=recorded).stdout
    (event,) = read_journal(str(recorded)).events
    assert event["event_name"] == "run_repeated"
    assert list(SCHEMA.iter_errors(event)) == []


LISTING = """\
import os
import peakguard
peakguard.checkpoint("names", sorted(os.listdir("data")))
"""


def test_a_file_that_was_added_since_is_not_found(peakguard: Run, project: Project) -> None:
    root = project({"main.py": LISTING, "policies/runs.yaml": POLICY, "data/first.txt": "1"})
    assert peakguard("run", "--seed", "1", "--", "main.py", cwd=root).returncode == 0
    (root / "data/second.txt").write_text("2")
    assert replayed(peakguard, root, "last")[1]["verdict"] == "identical"


DIVERGING = """\
import os, sys
import polars as pl
import peakguard
path = os.environ["DIVERGE_STATE"]
step = 2.0 ** -52 if os.path.exists(path) else 0.0
os.open(path, os.O_CREAT)
peakguard.checkpoint("first", [1, 2])
peakguard.checkpoint("book", pl.DataFrame({"symbol": ["A", "B", "C"], "price": [1.0, 1.0 + step, 1.0 + 3 * step]}))
"""


def test_a_run_that_diverges_is_told_to_the_bit(peakguard: Run, project: Project) -> None:
    root = project({"main.py": DIVERGING, "policies/runs.yaml": POLICY})
    state = str(root.parent / f"{root.name}.state")
    assert peakguard("run", "--seed", "1", "--", "main.py", cwd=root, DIVERGE_STATE=state).returncode == 0
    done = peakguard("replay", "last", "--format", "json", cwd=root, DIVERGE_STATE=state)
    first = json.loads(done.stdout)["first"]
    assert done.returncode == 1
    assert repeated(peakguard, root)["diverged"] == 1
    assert first == {
        "artifact": "checkpoint book",
        "place": "price",
        "row": 1,
        "left": 1.0,
        "right": 1.0 + 2.0**-52,
        "ulps": 1,
        "rows": 2,
    }
    told = peakguard("replay", "last", cwd=root, DIVERGE_STATE=state).stdout
    assert "checkpoint book, price, row 1" in told
    assert "1 ulp" in told


def test_a_run_whose_content_is_gone_is_not_replayable(recorded: Path, peakguard: Run) -> None:
    (digest,) = (each["digest"] for each in manifest(peakguard, recorded)["inputs"])
    (recorded / ".peakguard/runs/objects" / digest).unlink()
    code, found = replayed(peakguard, recorded, "last")
    assert (code, found["verdict"]) == (2, "not replayable")
    assert [each.split(":")[0] for each in found["missing"]] == ["file data/prices.txt"]


@pytest.mark.slow
def test_a_run_is_repeated_in_another_environment_where_its_packages_are(recorded: Path, peakguard: Run) -> None:
    assert replayed(peakguard, recorded, "last", "--env", str(COMMAND.parents[1]))[1]["verdict"] == "identical"
    code, found = replayed(peakguard, recorded, "last", "--env", str(recorded / "gone"))
    assert code == 2
    assert {each.split(":")[0] for each in found["missing"]} > {"Python", "package polars", "package numpy"}


def test_a_damaged_record_is_told_and_the_others_are_listed(recorded: Path, peakguard: Run) -> None:
    words = ("run", "--seed", "7", "--", "main.py", "0")
    assert peakguard(*words, cwd=recorded).returncode == 0
    (path, _) = sorted((recorded / ".peakguard/runs/keys").iterdir())
    path.write_bytes(path.read_bytes()[:-9])
    done = peakguard("runs", "ls", "--format", "json", cwd=recorded)
    assert (done.returncode, len(json.loads(done.stdout)["runs"]), "PG2041" in done.stderr) == (1, 1, True)


def test_a_run_in_a_folder_of_the_project_with_an_input_elsewhere(
    peakguard: Run, project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    apart = tmp_path_factory.mktemp("apart") / "rates.txt"
    apart.write_text("7\n")
    program = "import sys, peakguard\npeakguard.checkpoint('x', [open(p).read() for p in sys.argv[1:]])\n"
    root = project({"jobs/main.py": program, "jobs/own.txt": "1", "policies/runs.yaml": POLICY})
    words = ("run", "--seed", "1", "--", "main.py", "own.txt", str(apart))
    assert peakguard(*words, cwd=root / "jobs").returncode == 0
    made = manifest(peakguard, root)
    assert (made["folder"], [each["path"] for each in made["inputs"]]) == ("jobs", [str(apart), "jobs/own.txt"])
    (root / "jobs/own.txt").write_text("2")
    assert replayed(peakguard, root, "last")[1]["verdict"] == "identical"
    apart.write_text("8\n")
    code, found = replayed(peakguard, root, "last")
    assert (code, [each.split(":")[0] for each in found["missing"]]) == (2, [f"file {apart}"])


def test_a_python_that_ignores_its_environment_claims_nothing(peakguard: Run, project: Project) -> None:
    root = project({"main.py": "print('ran')\n", "policies/runs.yaml": POLICY})
    done = peakguard("run", "--seed", "1", "--", "python", "-E", "main.py", cwd=root)
    assert (done.returncode, done.stdout, "PG2100" in done.stderr) == (2, "", True)


def test_a_damaged_object_is_not_taken_for_the_input(recorded: Path, peakguard: Run) -> None:
    (digest,) = (each["digest"] for each in manifest(peakguard, recorded)["inputs"])
    path = recorded / ".peakguard/runs/objects" / digest
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    code, found = replayed(peakguard, recorded, "last")
    assert (code, found["missing"][0].startswith("file data/prices.txt")) == (2, True)


def test_inputs_that_are_too_large_to_keep_must_be_as_they_were(peakguard: Run, project: Project) -> None:
    root = project({**FILES, "policies/runs.yaml": STRICT + "keep: 8B\n", "data/prices.txt": "1.5\n" * 5})
    assert peakguard("run", "--seed", "1", "--", "main.py", "0", cwd=root).returncode == 0
    assert replayed(peakguard, root, "last")[1]["verdict"] == "identical"
    (root / "data/prices.txt").write_text("1.5\n" * 4 + "1.6\n")
    assert replayed(peakguard, root, "last")[0] == 2


def test_standard_input_exit_code_and_arguments_are_those_of_the_program(project: Project) -> None:
    root = project(FILES)
    words = [str(COMMAND), "run", "--seed", "7", "--", "main.py", "9", "x y"]
    environment = {**os.environ, "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        words, cwd=root, env=environment, input="told\n", capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (9, "told ['9', 'x y']\n")


READING = """\
import sys
import peakguard
first = input()
peakguard.checkpoint("first", first)
peakguard.checkpoint("rest", [line.strip() for line in sys.stdin])
peakguard.checkpoint("bytes", sys.stdin.buffer.read())
"""


def read(root: Path, given: bytes) -> int:
    """Record the program with something on its standard input."""
    environment = {**os.environ, "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"}
    words = [str(COMMAND), "run", "--seed", "7", "--", "main.py"]
    return subprocess.run(words, cwd=root, env=environment, input=given, check=False, timeout=60).returncode


def test_what_a_program_read_from_its_standard_input_is_given_to_it_again(peakguard: Run, project: Project) -> None:
    root = project({"main.py": READING, "policies/runs.yaml": POLICY})
    assert read(root, "eins\nzwei\ndrei ü".encode()) == 0
    assert [(each["path"], each["size"], each["kept"]) for each in manifest(peakguard, root)["inputs"]] == [
        ("<stdin>", 17, True)
    ]
    assert replayed(peakguard, root, "last")[1]["verdict"] == "identical"
    first = manifest(peakguard, root)["fingerprint"]
    assert read(root, b"eins\nzwei") == 0
    assert manifest(peakguard, root)["fingerprint"] != first


def test_a_standard_input_that_is_too_large_to_keep_cannot_be_given_again(peakguard: Run, project: Project) -> None:
    root = project({"main.py": READING, "policies/runs.yaml": POLICY + "keep: 1KiB\n"})
    assert read(root, b"line\n" * 1000) == 0
    code, found = replayed(peakguard, root, "last")
    assert (code, found["verdict"]) == (2, "not replayable")
    assert "<stdin>" in found["missing"][0]


WAITING = """\
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(33))
print("up", flush=True)
time.sleep(60)
"""


def test_signals_reach_the_program(project: Project) -> None:
    root = project({"main.py": WAITING, "policies/runs.yaml": POLICY})
    with subprocess.Popen(
        [COMMAND, "run", "--seed", "7", "--", "main.py"], cwd=root, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 33


def test_a_program_that_dies_is_recorded_and_repeated(peakguard: Run, project: Project) -> None:
    root = project({"main.py": "import peakguard\npeakguard.checkpoint('a', 1)\n1 / 0\n", "policies/runs.yaml": POLICY})
    done = peakguard("run", "--seed", "7", "--", "main.py", cwd=root)
    assert (done.returncode, "ZeroDivisionError" in done.stderr) == (1, True)
    assert manifest(peakguard, root)["ended"]["error_type"] == "builtins.ZeroDivisionError"
    assert replayed(peakguard, root, "last")[1]["verdict"] == "identical"


def test_equal_runs_have_one_fingerprint_and_others_another(peakguard: Run, project: Project) -> None:
    program = "import random, sys\nimport peakguard\npeakguard.checkpoint('x', random.random())\n"
    root = project({"main.py": program, "policies/runs.yaml": POLICY})
    prints = []
    for seed in ("1", "1", "2"):
        time.sleep(0.002)
        assert peakguard("run", "--seed", seed, "--", "main.py", cwd=root).returncode == 0
        prints.append(manifest(peakguard, root)["fingerprint"])
    assert prints[0] == prints[1] != prints[2]
    ids = [row["run_id"] for row in json.loads(peakguard("runs", "ls", "--format", "json", cwd=root).stdout)["runs"]]
    assert peakguard("runs", "diff", ids[0], ids[1], cwd=root).returncode == 0
    other = json.loads(peakguard("runs", "diff", ids[1], ids[2], "--format", "json", cwd=root).stdout)
    assert [each["what"] for each in other["given"]] == ["seed"]
    assert other["first"]["artifact"] == "checkpoint x"


CONFIG = """\
peakguard: 1
kind: config
name: app
version: 1.0.0
files: [app.toml]
sections: {limit: int64}
"""
READER = """\
import peakguard
peakguard.checkpoint("limit", peakguard.load().registry("app").current.config.limit)
"""


def test_the_generation_of_a_configuration_is_recorded(peakguard: Run, project: Project) -> None:
    files = {"main.py": READER, "policies/runs.yaml": POLICY, "policies/app.yaml": CONFIG, "app.toml": "limit = 3\n"}
    root = project(dict[str, str | bytes](files))
    assert peakguard("run", "--seed", "1", "--", "main.py", cwd=root).returncode == 0
    made = manifest(peakguard, root)
    assert made["config"]["app"]["generation"] == 1
    (root / "app.toml").write_text("limit = 4\n")
    assert replayed(peakguard, root, "last")[1]["verdict"] == "identical"
    assert peakguard("run", "--seed", "1", "--", "main.py", cwd=root).returncode == 0
    other = manifest(peakguard, root)
    assert other["config"]["app"]["digest"] != made["config"]["app"]["digest"]
    assert other["fingerprint"] != made["fingerprint"]


LATE_WRITERS = """\
import atexit, os, threading, time

def write(name, text):
    with open(name, "w") as file:
        file.write(text)

def late():
    time.sleep(0.3)
    write("thread.txt", "from a thread")

atexit.register(write, "end.txt", "at the end")
threading.Thread(target=late).start()
if os.fork() == 0:
    raise SystemExit(0)
os.wait()
"""


def test_what_threads_and_the_end_write_is_recorded_once(peakguard: Run, project: Project) -> None:
    root = project({"main.py": LATE_WRITERS, "policies/runs.yaml": POLICY})
    assert peakguard("run", "--seed", "1", "--", "main.py", cwd=root).returncode == 0
    assert [each["path"] for each in manifest(peakguard, root)["outputs"]] == ["end.txt", "thread.txt"]
    assert len(json.loads(peakguard("runs", "ls", "--format", "json", cwd=root).stdout)["runs"]) == 1


def test_a_clock_that_begins_at_one_moment_makes_equal_runs_of_a_strict_program(
    peakguard: Run, project: Project
) -> None:
    program = "from datetime import datetime\nimport peakguard\npeakguard.checkpoint('now', datetime.now())\n"
    root = project({"main.py": program, "policies/runs.yaml": STRICT})
    prints = set()
    for _ in range(2):
        words = ("run", "--seed", "1", "--at", "2026-01-02T03:04:05Z", "--", "python", "-X", "utf8", "main.py")
        assert peakguard(*words, cwd=root).returncode == 0
        prints.add(manifest(peakguard, root)["fingerprint"])
    assert len(prints) == 1
    assert manifest(peakguard, root)["clock_ns"] == 1_767_323_045 * 10**9
    assert manifest(peakguard, root)["python"]["flags"] == ["-X", "utf8"]
    assert replayed(peakguard, root, "last")[1]["verdict"] == "identical"


def test_a_project_without_a_policy_is_recorded_as_what_it_reached(peakguard: Run, project: Project) -> None:
    program = "import os\nprint(os.environ['PYTHONHASHSEED'], os.environ['TZ'])\n"
    root = project({"main.py": program, "policies/errors.yaml": SHOP})
    done = peakguard("run", "--seed", "7", "--", "main.py", cwd=root)
    assert (done.stdout, done.stderr) == ("0 UTC\n", "")
    assert manifest(peakguard, root)["level"] == "seeded"
    assert peakguard("run", "--record", "--", "main.py", cwd=root).returncode == 0
    assert (manifest(peakguard, root)["level"], manifest(peakguard, root)["seed"]) == ("recorded", None)


SETS_ITSELF = """\
import os, sys
import peakguard
os.environ.update(PYTHONHASHSEED="0", TZ="UTC", LC_ALL="C.UTF-8")
for name in sys.argv[1:]:
    os.environ[name] = "1"
try:
    peakguard.run(seed=3, level="seeded")
    print("claimed")
except peakguard.PeakguardError as error:
    print(error.code)
"""
THREADS = ("POLARS", "RAYON", "OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="elsewhere the system does not tell")
def test_a_program_that_sets_itself_what_it_should_be_started_with_is_not_believed(project: Project) -> None:
    root = project({"main.py": SETS_ITSELF, "policies/errors.yaml": SHOP})
    ends = {"POLARS": "_MAX_THREADS", "VECLIB": "_MAXIMUM_THREADS"}
    names = [f"{name}{ends.get(name, '_NUM_THREADS')}" for name in THREADS]
    python = COMMAND.parent / "python"
    late = subprocess.run([python, "main.py", *names], cwd=root, capture_output=True, text=True, check=False)
    assert late.stdout == "PG2100\n"
    pinned = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", **dict.fromkeys(names, "1")}
    environment = {**os.environ, **pinned}
    early = subprocess.run([python, "main.py"], cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert early.stdout == "claimed\n"


BESIDE = """\
import os
import peakguard
peakguard.checkpoint("left behind", sorted(os.listdir(".")))
with open("count.txt", "r+") as file:
    count = int(file.read())
    file.seek(0)
    file.write(str(count + 1))
with open("log.txt", "a") as file:
    file.write("again\\n")
open("new.txt", "w").close()
peakguard.checkpoint("count", count)
"""


def test_a_program_that_writes_beside_what_it_reads_is_repeated_from_its_beginning(
    peakguard: Run, project: Project
) -> None:
    files = {"main.py": BESIDE, "policies/runs.yaml": POLICY, "count.txt": "4", "log.txt": "first\n"}
    root = project(dict[str, str | bytes](files))
    assert peakguard("run", "--seed", "1", "--", "main.py", cwd=root).returncode == 0
    assert replayed(peakguard, root, "last")[1]["verdict"] == "identical"
    assert (root / "count.txt").read_text() == "5"
    assert (root / "log.txt").read_text() == "first\nagain\n"


LATE = """\
import peakguard
try:
    peakguard.run(seed=3)
except peakguard.PeakguardError as error:
    print(error.code, error.context["reached"])
"""


def test_a_level_that_is_not_reached_is_refused(peakguard: Run, project: Project) -> None:
    root = project({"main.py": "print('ran')\n", "policies/runs.yaml": STRICT})
    done = peakguard("run", "--record", "--", "main.py", cwd=root)
    assert (done.returncode, done.stdout) == (2, "")
    assert "PG2100" in done.stderr
    (root / "main.py").write_text(LATE)
    bare = subprocess.run([COMMAND.parent / "python", "main.py"], cwd=root, capture_output=True, text=True, check=False)
    assert bare.stdout == "PG2100 recorded\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["runs", "show", "last"], "PG2101"),
        (["runs", "diff", "a"], "PG2101"),
        (["replay", "0199"], "PG2101"),
    ],
)
def test_a_run_that_there_is_not_is_one_clear_error(
    words: list[str], code: str, peakguard: Run, project: Project
) -> None:
    done = peakguard(*words, cwd=project({"policies/runs.yaml": POLICY}))
    assert (done.returncode, code in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_a_run_that_cannot_be_kept_says_so(peakguard: Run, project: Project) -> None:
    root = project({"main.py": "print('ran')\n", "policies/runs.yaml": POLICY, ".peakguard/runs/strange": "x"})
    foreign = peakguard("run", "--seed", "1", "--", "main.py", cwd=root)
    assert (foreign.returncode, "PG2043" in foreign.stderr) == (2, True)
    (root / ".peakguard/runs/strange").unlink()
    (root / "main.py").write_text("import os\nos.makedirs('.peakguard/runs')\nopen('.peakguard/runs/x', 'w').close()\n")
    (root / ".peakguard/runs").rmdir()
    late = peakguard("run", "--seed", "1", "--", "main.py", cwd=root)
    assert (late.returncode, "PG2105" in late.stderr, "Traceback" in late.stderr) == (1, True, False)


@pytest.mark.parametrize("seed", ["-1", "x", "1.5", "9223372036854775808", "٣"])
def test_a_seed_that_is_none_is_refused(seed: str, peakguard: Run, project: Project) -> None:
    done = peakguard("run", f"--seed={seed}", "--", "main.py", cwd=project({"main.py": ""}))
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_runs_are_removed_with_what_they_alone_kept(recorded: Path, peakguard: Run) -> None:
    for path in (recorded / ".peakguard/runs/objects").iterdir():
        os.utime(path, (0, 0))
    kept = peakguard("runs", "gc", "--keep", "1", "--format", "json", cwd=recorded)
    assert json.loads(kept.stdout)["objects"] == 0
    gone = json.loads(peakguard("runs", "gc", "--keep", "0", "--format", "json", cwd=recorded).stdout)
    assert (gone["runs"], gone["objects"] > 5) == (1, True)
    assert peakguard("runs", "ls", cwd=recorded).stdout == "no run was recorded here\n"


ODD = """\
import os, pathlib, shutil, tempfile
gone = tempfile.mkdtemp()
os.chdir(gone)
shutil.rmtree(gone)
for path in ("none.txt", "a\\0b", b"bytes.txt", pathlib.Path("path.txt"), 999_999):
    try:
        open(path)
    except (OSError, ValueError) as error:
        print(type(error).__name__)
try:
    os.rename(3, 4)
except TypeError as error:
    print("TypeError")
os.chdir(os.path.dirname(__file__))
with open(b"bytes.out", "w") as file:
    file.write("x")
os.replace(b"bytes.out", pathlib.Path("final.out"))
"""


def test_odd_paths_fail_as_they_do_without_a_record(peakguard: Run, project: Project) -> None:
    root = project({"main.py": ODD, "policies/runs.yaml": POLICY})
    bare, recorded = (peakguard("run", *words, "--", "main.py", cwd=root) for words in ((), ("--seed", "1")))
    assert (recorded.returncode, recorded.stdout, recorded.stderr) == (bare.returncode, bare.stdout, bare.stderr)
    assert bare.stdout.split() == [
        "FileNotFoundError",
        "ValueError",
        *["FileNotFoundError"] * 2,
        "OSError",
        "TypeError",
    ]
    assert [each["path"] for each in manifest(peakguard, root)["outputs"]] == ["final.out"]


LOGS = """\
peakguard: 1
kind: observability
name: logs
version: 1.0.0
sinks:
  file: {to: logs/events.jsonl, level: debug}
"""


def test_logs_of_peakguard_are_no_result_of_the_program(peakguard: Run, project: Project) -> None:
    program = "import logging\nlogging.getLogger('x').warning('told')\nopen('out.txt', 'w').close()\n"
    root = project({"main.py": program, "policies/runs.yaml": POLICY, "policies/logs.yaml": LOGS})
    assert peakguard("run", "--seed", "1", "--", "main.py", cwd=root).returncode == 0
    assert "told" in (root / "logs/events.jsonl").read_text()
    assert [each["path"] for each in manifest(peakguard, root)["outputs"]] == ["out.txt"]
    assert replayed(peakguard, root, "last")[1]["verdict"] == "identical"


def test_what_a_run_wrote_is_never_put_into_its_repetition(peakguard: Run, project: Project) -> None:
    """Also where it looks older than the run, as the clocks of file systems make it."""
    root = project({"main.py": "open('out.txt', 'w').write('new')\n", "policies/runs.yaml": POLICY})
    assert peakguard("run", "--seed", "1", "--", "main.py", cwd=root).returncode == 0
    (root / "out.txt").write_text("edited since")
    os.utime(root / "out.txt", (0, 0))
    assert replayed(peakguard, root, "last")[1]["verdict"] == "identical"
    assert (root / "out.txt").read_text() == "edited since"


BOUND = """\
peakguard: 1
kind: bindings
name: program
version: 1.0.0
bindings:
  - {target: 'app.rates:fair', checkpoint: fair}
  - {target: 'app.rates:each', checkpoint: each}
  - {target: 'app.rates:odd', checkpoint: odd}
"""
BOUND_FILES: dict[str, str | bytes] = {
    "policies/runs.yaml": POLICY,
    "policies/program.yaml": BOUND,
    "app/__init__.py": "",
    "app/rates.py": "def fair(x): return x * 1.1\ndef each(n): yield from range(n)\ndef odd(): return object()\n",
    "main.py": "from app import rates\nrates.fair(2.0)\nlist(rates.each(2))\nrates.odd()\nprint('done')\n",
}


def test_results_of_bound_functions_are_checkpoints_of_a_program_that_knows_nothing_of_it(
    peakguard: Run, project: Project
) -> None:
    root = project(BOUND_FILES)
    done = peakguard("run", "--seed", "1", "--", "main.py", cwd=root)
    assert (done.returncode, done.stdout) == (0, "done\n")
    assert "PG2103" in done.stderr  # an object cannot be compared; the program goes on
    assert [each["name"] for each in manifest(peakguard, root)["checkpoints"]] == ["fair", "each", "each"]
    bare = peakguard("run", "--", "main.py", cwd=root)
    assert (bare.stdout, bare.stderr) == ("done\n", "")
    assert "the result is fair" in peakguard("show", "program", cwd=root).stdout
