"""The examples of docs/context.md run, in order, as one program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "context.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_examples_run() -> None:
    assert len(BLOCKS) == 6
    scope: dict[str, Any] = {}
    for block in BLOCKS:
        exec(compile(block, "docs/context.md", "exec"), scope)
