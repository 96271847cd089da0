"""The examples of docs/journal.md run, in order, as one program; the report of what they kept is the one shown."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from tests.functional.conftest import Run

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "journal.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(SHOWN,) = re.findall(r"```console\n\$ peakguard report --since 7d\n(.*?)```", PAGE, re.DOTALL)


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, peakguard: Run) -> None:
    for folder in ("policies", "contracts"):
        copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    assert len(BLOCKS) == 3
    scope: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, "docs/journal.md", "exec"), scope)
    printed = peakguard("report", "--since", "7d", cwd=tmp_path).stdout
    assert times_and_ids(printed) == times_and_ids(SHOWN)


def times_and_ids(text: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ|\d\.\d s", "*", text)
