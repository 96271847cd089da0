"""What docs/gate.md shows is true: its program runs, its commands and its workflow are what there is."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from peakguard.api.gate.proofs import read_record
from peakguard.cli.commands import build_parser
from peakguard.kinds.gate.names import check_names

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "gate.md").read_text()
WORKFLOW, PRE_COMMIT = (yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
HOOKS = {each["id"]: each for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def commands() -> list[str]:
    """Every command line of the page and of the hooks."""
    blocks = re.findall(r"```(?:console|sh)\n(.*?)```", PAGE, re.DOTALL)
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    steps = [str(step.get("run", "")) for step in WORKFLOW["jobs"]["gate"]["steps"]]
    chosen = [re.sub(r"\$\{\{.*?\}\}", "smoke", step) for step in steps]
    return [line for line in (*lines, *chosen, HOOKS["peakguard-gate"]["entry"]) if line.startswith("peakguard ")]


@pytest.mark.parametrize("command", commands())
def test_every_command_is_understood(command: str) -> None:
    words = shlex.split(command)[1:]
    assert build_parser(words[0]).parse_args(words).command == "gate"


def test_there_are_commands_to_look_at() -> None:
    assert len(commands()) >= 6


def test_the_table_has_every_check() -> None:
    table = PAGE.partition("## The checks")[2].partition("##")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(check_names())


def test_the_workflow_is_one() -> None:
    on = WORKFLOW[True]  # YAML 1.1, as GitHub reads it, takes `on` for true
    assert set(on) == {"pull_request", "push"}
    job: dict[str, Any] = WORKFLOW["jobs"]["gate"]
    uses = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
    assert uses == ["actions/checkout", "actions/setup-python", "actions/upload-artifact"]
    assert job["steps"][0]["with"]["fetch-depth"] == 0, "the checks `diff` and `locks` need the history"
    report, kept = job["steps"][-2:]
    assert (report["if"], kept["if"]) == ("always()", "always()")
    gate = next(step for step in job["steps"] if step.get("name") == "Gate")["run"]
    assert kept["with"]["path"] in gate
    assert report["run"].split()[1] in gate


def test_the_hook_is_there() -> None:
    assert [each["id"] for repo in PRE_COMMIT["repos"] for each in repo["hooks"]] == ["peakguard-gate"]
    assert HOOKS["peakguard-gate"]["stages"] == ["pre-push"]


def test_the_record_of_mutants_has_the_form_that_is_shown(tmp_path: Path) -> None:
    (line,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "killed.jsonl").write_text(line)
    record, shown = read_record("killed.jsonl", str(tmp_path)), json.loads(line)
    assert record.standing(shown["id"], shown["killed_by"]) == "stale"


def test_the_program_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    policy = "peakguard: 1\nkind: bindings\nname: b\nversion: 1.0.0\nbindings: [{target: 'desk:order', trace: true}]\n"
    (tmp_path / "policies" / "b.yaml").write_text(policy)
    monkeypatch.chdir(tmp_path)
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(program, "docs/gate.md", "exec"), {})
