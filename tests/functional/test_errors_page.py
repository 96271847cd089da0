"""The examples of docs/errors.md run, in order, as one program with the policies of this repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "errors.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    assert len(BLOCKS) == 4
    scope: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, "docs/errors.md", "exec"), scope)


def test_what_a_dying_program_prints_is_laid_out_so() -> None:
    from peakguard.api.policies import load
    from peakguard.runtime.failure.terminal import rendered

    error = load(REPOSITORY).error("PT-1106", share=0.5)
    shown = re.sub(r"\d{4}-\d\d-\d\dT\S+", "TIME", rendered(error.peakguard))
    page = re.sub(r"\d{4}-\d\d-\d\dT\S+", "TIME", re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)[0])
    assert shown == page
