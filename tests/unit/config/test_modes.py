"""What `mode` leaves of a fault, old keys in entries of maps, and rules that are not asked."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import peakguard
from peakguard.kinds.config.runtime import Config
from peakguard.runtime.errors import ConfigError, PeakguardError

POLICY = """peakguard: 1
kind: config
name: app
version: 1.0.0
mode: MODE
files: [config.toml]
overrides: {}
sections:
  strategy:
    keys: '[a-z]+'
    values: {fast: {type: int64, ge: 1}, slow: int64, quick: {deprecated: {since: 1.0.0, use: fast}}}
  limits: {fields: {loss: int64, gain: int64}, required: false}
rules:
  windows: {expr: fast < slow, within: [strategy]}
  order: {expr: loss < gain, within: [limits]}
  never: {expr: fast > 100, within: [strategy], mode: off}
"""


def app(root: Path, mode: str, text: str) -> Config:
    (root / "policies").mkdir()
    (root / "policies" / "app.yaml").write_text(POLICY.replace("MODE", mode))
    (root / "config.toml").write_text(text)
    return peakguard.load(root).config("app")


CROSSED = "[strategy.a]\nfast = 9\nslow = 3\n"


@pytest.mark.parametrize(
    ("mode", "variable", "severities"),
    [
        ("enforce", {}, ["error"]),
        ("observe", {}, ["warning"]),
        ("off", {}, []),
        ("enforce", {"PEAKGUARD_MODE": "observe"}, ["warning"]),
        ("observe", {"PEAKGUARD_MODE": "enforce"}, ["warning"]),
    ],
)
def test_the_weakest_mode_decides_what_a_broken_rule_does(
    mode: str, variable: dict[str, str], severities: list[str], tmp_path: Path
) -> None:
    found = app(tmp_path, mode, CROSSED).examine(environ=variable)
    assert [each.severity for each in found.findings] == severities
    assert found.is_good == (severities != ["error"])


def test_a_mode_that_is_none_is_refused_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(PeakguardError) as refused:
        app(tmp_path, "enforce", CROSSED).examine(environ={"PEAKGUARD_MODE": "of"})
    assert refused.value.code == "PG2087"


def test_without_a_value_there_is_nothing_to_observe(tmp_path: Path) -> None:
    found = app(tmp_path, "observe", "[strategy.a]\nfast = 0\nslow = 3\n").examine(environ={})
    assert [(each.code, each.severity) for each in found.findings] == [("PG895", "error")]


def test_an_old_key_moves_within_its_entry(tmp_path: Path) -> None:
    text = "[strategy.a]\nquick = 2\nslow = 3\n[strategy.b]\nfast = 4\nslow = 5\n"
    config = app(tmp_path, "enforce", text)
    assert [(each.code, str(each.span)) for each in config.examine(environ={}).findings] == [
        ("PG902", "config.toml:2:1")
    ]
    assert config.load(environ={}).strategy["a"].fast == 2


def test_every_rule_is_told_as_asked_or_left_out(tmp_path: Path) -> None:
    found = app(tmp_path, "enforce", CROSSED).examine(environ={})
    states = {outcome.id: (outcome.section, outcome.state) for outcome in found.outcomes}
    assert states == {
        "rules.windows": ("strategy.a", "failed"),
        "rules.order": ("limits", "skipped"),
        "rules.never": ("strategy", "skipped"),
    }


def test_what_a_program_publishes_may_differ_from_the_files(tmp_path: Path) -> None:
    registry = app(tmp_path, "enforce", "[strategy.a]\nfast = 2\nslow = 3\n").registry()
    assert registry.publish({"strategy": {"a": {"slow": 9}}}, expected=1).config.strategy["a"].slow == 9


CATALOG = """peakguard: 1
kind: errors
name: app
version: 1.0.0
domain: app
categories:
  config: {codes: 2000-2099, exit_code: 78}
errors:
  PT-2001:
    slug: windows_crossed
    title: The fast window is not the faster one
    category: config
    severity: error
    message: 'the windows of {config} are crossed'
    context: {config: string}
    cause: 'Two numbers were swapped.'
    hints: ['Swap them back']
    since: 1.0.0
"""


def test_a_broken_rule_raises_the_error_that_it_names(tmp_path: Path) -> None:
    app(tmp_path, "enforce", CROSSED)
    (tmp_path / "policies" / "errors.yaml").write_text(CATALOG)
    policy = tmp_path / "policies" / "app.yaml"
    policy.write_text(policy.read_text().replace("within: [strategy]}", "within: [strategy], error: PT-2001}", 1))
    policies = peakguard.load(tmp_path)
    with pytest.raises(policies.errors.WindowsCrossed) as crossed:
        policies.config("app").load(environ={})
    error = crossed.value
    assert isinstance(error, ConfigError)
    assert (error.code, error.message) == ("PT-2001", "the windows of app are crossed")
    assert [each.code for each in error.diagnostics] == ["PG898"]
    again = pickle.loads(pickle.dumps(error))
    assert [str(each.span) for each in again.diagnostics] == ["config.toml:2:8"]
    assert again.code == "PT-2001"
