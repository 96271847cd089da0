"""A function that loads a configuration, under a binding with `config:`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import peakguard
from peakguard.runtime.errors import ConfigError

POLICY = """peakguard: 1
kind: config
name: app
version: 1.0.0
sections:
  risk: {limit: {type: float64, le: 1}, wait: {type: duration, required: false}}
  folder: {type: string, required: false}
  token: {type: string, secret: env, required: false}
rules:
  small: {expr: risk.limit < 0.9}
"""
BINDINGS = """peakguard: 1
kind: bindings
name: program
version: 1.0.0
bindings:
  - {target: 'settings_of_a_test:load', config: app, mode: MODE}
"""
PROGRAM = """
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

@dataclass
class Risk:
    limit: float
    wait: timedelta | None = None

@dataclass
class Settings:
    risk: Risk
    folder: Path = Path("data")
    token: str = "from-the-environment"

def load(limit, form="dict"):
    if form == "dict":
        return {"risk": {"limit": limit, "wait": None}}
    return Settings(Risk(limit, timedelta(seconds=3))) if form == "dataclass" else limit
"""


@pytest.fixture
def program() -> Iterator[ModuleType]:
    module = ModuleType("settings_of_a_test")
    sys.modules[module.__name__] = module
    exec(PROGRAM, module.__dict__)
    yield module
    del sys.modules[module.__name__]


def load(root: Path, mode: str = "enforce") -> peakguard.PolicySet:
    (root / "policies").mkdir()
    (root / "policies" / "app.yaml").write_text(POLICY)
    (root / "policies" / "program.yaml").write_text(BINDINGS.replace("MODE", mode))
    return peakguard.load(root)


@pytest.mark.parametrize("form", ["dict", "dataclass"])
def test_what_a_loader_returns_is_judged(form: str, program: ModuleType, tmp_path: Path) -> None:
    with load(tmp_path).attached():
        assert program.load(0.5, form) is not None
        for limit, code in ((2.0, "PG895"), ("x", "PG894"), (0.95, "PG898")):
            with pytest.raises(ConfigError) as refused:
                program.load(limit, form)
            assert [each.code for each in refused.value.diagnostics] == [code]
            assert any("settings_of_a_test" in note for note in refused.value.__notes__)
    assert program.load(2.0)["risk"]["limit"] == 2.0


def test_observed_it_goes_on_and_is_told(program: ModuleType, tmp_path: Path) -> None:
    heard: list[str] = []
    policies = load(tmp_path, "observe")
    with policies.on_event(lambda event: heard.append(event.name)), policies.attached():
        assert program.load(2.0)["risk"]["limit"] == 2.0
    assert heard == ["config_refused"]


def test_what_is_no_table_is_a_fault_of_the_guard(
    program: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with load(tmp_path).attached():
        assert program.load(3.0, "number") == 3.0
    assert "PG2086" in capsys.readouterr().err
