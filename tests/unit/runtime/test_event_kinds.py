"""Every event that is emitted is declared with just the fields it has, and none is declared that is not emitted."""

from __future__ import annotations

import ast
from pathlib import Path

import peakguard
from peakguard.runtime.event_kinds import EVENTS

PACKAGE = Path(peakguard.__file__).parent
_OPTIONS = {"severity", "policy_set", "at"}


def emitted() -> dict[str, set[str | None]]:
    found: dict[str, set[str | None]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("emit", "events.emit") and node.args:
                name = node.args[0]
                if isinstance(name, ast.Constant) and isinstance(name.value, str):
                    found.setdefault(name.value, set()).update({each.arg for each in node.keywords} - _OPTIONS)
    return found


def test_every_event_is_declared() -> None:
    # A recovery is made by the journal itself, which alone knows of it; the details of an end are told by `ending`.
    found = emitted() | {"run_recovered": set(EVENTS["run_recovered"].fields)}
    found["run_ended"] = (found["run_ended"] - {None}) | {"error_type", "code"}
    assert found == {name: set(kind.fields) for name, kind in EVENTS.items()}
