"""The guide and its like are run: their files are written, their commands give the output they show."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.functional.conftest import Run

DOCS = Path(__file__).resolve().parents[2] / "docs"
_FILE = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)
_REPLACE = re.compile(r'<!-- file: (\S+) replace: "(.*?)" with: "(.*?)" -->')
_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
_STEP = re.compile("|".join(f"(?:{each.pattern})" for each in (_FILE, _REPLACE, _CONSOLE)), re.DOTALL)


@pytest.mark.parametrize("page", ["guide.md", "changes.md"])
def test_a_page_does_what_it_says(page: str, peakguard: Run, tmp_path: Path) -> None:
    commands = 0
    for match in _STEP.finditer((DOCS / page).read_text()):
        file, content, changed, old, new, console = match.groups()
        if file:
            path = tmp_path / file
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        elif changed:
            path = tmp_path / changed
            text = path.read_text()
            assert old in text
            path.write_text(text.replace(old, new.replace("\\n", "\n")))
        else:
            commands += 1
            command, _, shown = console.partition("\n")
            words = shlex.split(command.removeprefix("$ ").removesuffix("2>&1"))
            assert words[0] == "peakguard"
            result = peakguard(*words[1:], cwd=tmp_path)
            printed = result.stdout + (result.stderr if command.endswith("2>&1") else "")
            assert shown.strip() in printed, (command, printed)
    assert commands >= 3
