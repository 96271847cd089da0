"""The examples in the README of every kind are true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import peakguard as package
from peakguard.language.registry import kind_names
from peakguard.render.kind_fields import kind_pages
from tests.functional.conftest import Run

KINDS = Path(package.__file__).parent / "kinds"
_EXAMPLE = re.compile(r"<!-- example: (\S+)(?: raises: (\w+))? -->\n```yaml\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("kind", kind_names())
def test_every_example_has_the_findings_that_the_page_names(kind: str, peakguard: Run, tmp_path: Path) -> None:
    examples = _EXAMPLE.findall((KINDS / kind / "README.md").read_text())
    assert len(examples) >= 3
    for number, (name, raises, text) in enumerate(examples):
        path = tmp_path / str(number) / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
        if kind == "errors" and not raises:
            peakguard("docs", cwd=tmp_path / str(number))
        report = json.loads(peakguard("check", "--format", "json", cwd=tmp_path / str(number)).stdout)
        assert [each["code"] for each in report["diagnostics"]] == ([raises] if raises else []), name


@pytest.mark.parametrize("kind", kind_names())
def test_every_page_has_the_same_sections(kind: str) -> None:
    headings = re.findall(r"^## (.*)", kind_pages()[f"peakguard/kinds/{kind}/README.md"], re.MULTILINE)
    wanted = ["Summary", "Example", "Fields", "Codes", "Avoid and prefer", "Rationale"]
    assert [each for each in headings if each in wanted] == wanted
