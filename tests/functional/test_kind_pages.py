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
_EXAMPLE = re.compile(r"<!-- example: (\S+)(?: raises: (\w+))?(?: with: (\S+))? -->\n```yaml\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("kind", kind_names())
def test_every_example_has_the_findings_that_the_page_names(kind: str, peakguard: Run, tmp_path: Path) -> None:
    examples = _EXAMPLE.findall((KINDS / kind / "README.md").read_text())
    assert len(examples) >= 3
    texts = {name: text for name, _, _, text in examples}
    for number, (name, raises, beside, text) in enumerate(examples):
        for file, written in [(name, text), *([(beside, texts[beside])] if beside else [])]:
            path = tmp_path / str(number) / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written)
        if kind == "errors" and not raises:
            peakguard("docs", cwd=tmp_path / str(number))
        report = json.loads(peakguard("check", "--format", "json", cwd=tmp_path / str(number)).stdout)
        assert [each["code"] for each in report["diagnostics"]] == ([raises] if raises else []), name


@pytest.mark.parametrize("kind", kind_names())
def test_every_page_has_the_same_sections(kind: str) -> None:
    headings = re.findall(r"^## (.*)", kind_pages()[f"peakguard/kinds/{kind}/README.md"], re.MULTILINE)
    wanted = ["Summary", "Example", "Fields", "Codes", "Avoid and prefer", "Rationale"]
    assert [each for each in headings if each in wanted] == wanted
