"""`peakguard adopt`: what of a program is guarded, as a user sees it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.functional.conftest import Project, Run

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = {
    "app/__init__.py": "",
    "app/data.py": "import pandas as pd\n\n\ndef load(path):\n    return pd.read_csv(path)\n",
    "app/report.py": "def save(text, path):\n    with open(path, 'w') as file:\n        file.write(text)\n",
    "app/net.py": "from urllib.request import urlopen\n\n\ndef fetch(url):\n    try:\n        return urlopen(url)\n"
    "    except Exception:\n        return None\n",
    "tests/test_data.py": "open('a')\n",
}
BINDINGS = """\
peakguard: 1
kind: bindings
name: program
version: 1.0.0
bindings:
  - {target: 'app.report:save', writes: {path: args.path}}
"""


def test_the_example_is_guarded_where_its_policies_say(peakguard: Run) -> None:
    found = json.loads(peakguard("adopt", "docs/example/app", "--format", "json", cwd=ROOT).stdout)
    guards = {(each["target"], each["sort"]): each["guards"] for each in found["boundaries"]}
    assert guards["app.market_data:fetch_page", "network"] == ["classify"]
    assert guards["app.report:save", "writer"] == ["writes"]
    assert guards["app.config:load", "reader"] == []


def test_the_share_that_is_guarded(project: Project, peakguard: Run) -> None:
    root = project({**PROGRAM, "policies/program.yaml": BINDINGS})
    found = json.loads(peakguard("adopt", "--format", "json", cwd=root).stdout)
    assert (found["guarded"], found["guardable"], found["silences"], found["tests"]) == (1, 3, 1, 1)
    assert found["sorts"] == {"reader": [0, 1], "network": [0, 1], "writer": [1, 1]}
    text = peakguard("adopt", cwd=root).stdout
    assert "1 of 3 boundaries are guarded (33 %)" in text
    assert "net.py" in text
    assert peakguard("adopt", "--fail-under", "33", cwd=root).returncode == 0
    assert peakguard("adopt", "--fail-under", "34", cwd=root).returncode == 1


def test_a_draft_is_a_policy_that_can_be_checked_and_put_on(project: Project, peakguard: Run) -> None:
    root = project({**PROGRAM, "policies/program.yaml": BINDINGS})
    text = peakguard("adopt", "--draft", cwd=root).stdout
    assert "app.report:save" not in text  # it is bound already
    (root / "policies" / "adopted.yaml").write_text(text)
    done = peakguard("check", "--resolve", "--format", "json", cwd=root)
    assert [each["code"] for each in json.loads(done.stdout)["diagnostics"]] == []
    shutil.rmtree(root / "policies")
    (root / "policies").mkdir()
    (root / "policies" / "adopted.yaml").write_text(peakguard("adopt", "--draft", cwd=root).stdout)
    assert peakguard("check", "--resolve", cwd=root).returncode == 0


@pytest.mark.parametrize("text", [b"def f(:\n", b"x = '\xff'\n", b"x = 1\x00\n"])
def test_a_file_that_cannot_be_read_is_named(text: bytes, project: Project, peakguard: Run) -> None:
    root = project({**PROGRAM, "app/odd.py": text})
    done = peakguard("adopt", cwd=root)
    assert done.returncode == 1
    assert "odd.py" in done.stdout
    assert "0 of 3" in done.stdout


def test_a_path_that_is_not_there_is_refused(project: Project, peakguard: Run) -> None:
    done = peakguard("adopt", "nowhere", cwd=project({}))
    assert done.returncode == 2
    assert "PG101" in done.stderr
