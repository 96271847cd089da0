"""`peakguard docs`, `explain` and `schema`: what follows from the policies."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from tests.functional.conftest import Project, Run
from tests.functional.policies import CONTRACT, ERRORS, PROJECT

REPOSITORY = Path(__file__).resolve().parents[2]
SECOND = """\
  PT-1002:
    slug: bar_late
    title: A | bar <is> `late`
    category: data
    severity: warning
    message: 'late by {delay}'
    context: {delay: {type: duration, description: How | late}}
  PT-1000: {status: retired, replaced_by: PT-1001, since: 0.9.0, retired: 1.0.0, reason: too broad}
"""


def test_documents_are_written_once_and_then_fresh(peakguard: Run, project: Project) -> None:
    root = project(PROJECT)
    assert peakguard("docs", "--check", cwd=root).returncode == 1
    wrote = "wrote docs/ERROR_CODES.md\nwrote docs/RUNBOOK.md\nwrote policies/errors.lock\n"
    assert peakguard("docs", cwd=root).stdout == wrote
    assert peakguard("docs", cwd=root).stdout == "3 documents are up to date\n"
    assert peakguard("docs", "--check", cwd=root).returncode == 0
    assert (root / "policies" / "errors.lock").read_text() == "test PT-1001 bar_bad active 1.0.0 symbol:string\n"


def test_a_stale_document_is_named(peakguard: Run, project: Project) -> None:
    root = project(PROJECT)
    peakguard("docs", cwd=root)
    project({"policies/errors.yaml": ERRORS.replace("A bar is bad", "A bar is really bad")})
    result = peakguard("docs", "--check", cwd=root)
    assert result.returncode == 1
    assert "error[PG610]" in result.stdout
    assert "docs/ERROR_CODES.md" in result.stdout
    assert "errors.lock" not in result.stdout


def test_policies_with_errors_give_no_documents(peakguard: Run, project: Project) -> None:
    root = project({**PROJECT, "policies/errors.yaml": ERRORS.replace("{symbol}", "{symbl}")})
    result = peakguard("docs", cwd=root)
    assert (result.returncode, result.stdout) == (2, "")
    assert "PG601" in result.stderr
    assert not (root / "docs").exists()


def test_the_catalog_has_an_index_anchors_and_tombstones(peakguard: Run, project: Project) -> None:
    root = project({**PROJECT, "policies/errors.yaml": ERRORS + SECOND})
    assert peakguard("docs", cwd=root).returncode == 0
    text = (root / "docs" / "ERROR_CODES.md").read_text()
    lines = text.splitlines()
    for code in ("PT-1001", "PT-1002"):
        assert any(line.startswith(f"| [{code}](#{code.lower()}) |") for line in lines)
        assert f"## {code}" in lines
    assert lines.index("# Retired codes") < lines.index("## PT-1000")
    table = next(line for line in lines if line.startswith("| [PT-1002]"))
    assert table.replace(r"\|", "").count("|") == 6
    assert r"\<is\>" in table


def test_a_published_code_cannot_vanish(peakguard: Run, project: Project) -> None:
    root = project({**PROJECT, "policies/errors.yaml": ERRORS + SECOND})
    peakguard("docs", cwd=root)
    project({"policies/errors.yaml": ERRORS})
    found = json.loads(peakguard("check", "--format", "json", cwd=root).stdout)["diagnostics"]
    assert [(each["code"], each["data"]["code"]) for each in found] == [("PG606", "PT-1000"), ("PG606", "PT-1002")]


def test_the_documents_of_this_repository_are_the_same_on_every_machine() -> None:
    """Other hash seeds, locales and time zones change nothing."""
    script = "from tests.functional.test_docs import rendered; import sys; sys.stdout.buffer.write(rendered())"
    outputs = {
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", script],
            cwd=REPOSITORY,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C", "PYTHONPATH": str(REPOSITORY)},
            check=True,
            capture_output=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("77", "Asia/Tokyo"))
    }
    assert len(outputs) == 1


def rendered() -> bytes:
    """Every document of this repository, ours and the example's."""
    from peakguard.pipeline.bundle import load_bundle
    from peakguard.pipeline.project import find_project
    from peakguard.render.documents import documents
    from peakguard.render.own_codes import own_documents

    everything = {**documents(load_bundle(find_project(str(REPOSITORY)))), **own_documents()}
    return json.dumps(everything).encode()


def test_the_documents_of_this_repository_are_fresh() -> None:
    for path, text in json.loads(rendered()).items():
        assert (REPOSITORY / path).read_text() == text, f"{path}: run `make docs`"


@pytest.mark.parametrize("name", ["PG204", "pg204", "unknown_key"])
def test_our_codes_are_explained(peakguard: Run, tmp_path: Path, name: str) -> None:
    result = peakguard("explain", name, cwd=tmp_path)
    assert result.returncode == 0
    assert result.stdout.startswith("PG204\n\nA key is unknown")


def test_an_operators_code_is_explained_with_where_it_is_declared(peakguard: Run, project: Project) -> None:
    result = peakguard("explain", "PT-1001", cwd=project(PROJECT))
    assert result.returncode == 0
    assert "A bar is bad" in result.stdout
    assert "policies/errors.yaml:8:3" in result.stdout


def test_an_unknown_code_is_refused_with_the_nearest(peakguard: Run, project: Project) -> None:
    result = peakguard("explain", "PT-1003", cwd=project(PROJECT))
    assert result.returncode == 2
    assert "PG223" in result.stderr
    assert "`PT-1001`" in result.stderr


class TestSchema:
    """JSON Schemas for editors accept what `check` accepts, and describe every key."""

    @pytest.mark.parametrize("kind", ["contract", "errors", None])
    def test_a_schema_is_draft_7_and_accepts_valid_policies(
        self, peakguard: Run, tmp_path: Path, kind: str | None
    ) -> None:
        result = peakguard("schema", *([kind] if kind else []), cwd=tmp_path)
        schema = json.loads(result.stdout)
        Draft7Validator.check_schema(schema)
        texts = {"contract": CONTRACT, "errors": ERRORS}
        for name, text in texts.items():
            faults = list(Draft7Validator(schema).iter_errors(yaml.safe_load(text)))
            assert (faults == []) is (kind in (name, None))

    def test_a_schema_refuses_an_unknown_key(self, peakguard: Run, tmp_path: Path) -> None:
        schema = json.loads(peakguard("schema", "contract", cwd=tmp_path).stdout)
        policy = yaml.safe_load(CONTRACT.replace("gt: 0", "gtt: 0"))
        assert list(Draft7Validator(schema).iter_errors(policy))

    @pytest.mark.parametrize("kind", ["contract", "errors"])
    def test_every_key_is_described(self, peakguard: Run, tmp_path: Path, kind: str) -> None:
        schema = json.loads(peakguard("schema", kind, cwd=tmp_path).stdout)
        for name, model in [("root", schema), *schema["definitions"].items()]:
            for key, value in model.get("properties", {}).items():
                assert value.get("description"), f"{name}.{key}"

    def test_an_unknown_kind_is_refused(self, peakguard: Run, tmp_path: Path) -> None:
        result = peakguard("schema", "contracts", cwd=tmp_path)
        assert result.returncode == 2
        assert "Did you mean `contract`?" in result.stderr

    def test_schemas_are_written_with_the_line_for_the_editor(self, peakguard: Run, project: Project) -> None:
        root = project(PROJECT)
        result = peakguard("schema", "contract", "--write", cwd=root)
        line = result.stdout.splitlines()[0]
        assert line.startswith("# yaml-language-server: $schema=../")
        assert json.loads((root / "contracts" / line.partition("=")[2]).read_text())["title"]
