"""`peakguard validate` and `peakguard config` on configurations, as an operator calls them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

import peakguard as package
from tests.conformance.cases import REPOSITORY
from tests.functional.conftest import Run

POLICY = """peakguard: 1
kind: config
name: app
version: 1.2.0
files: [config.toml, 'config.{profile}.toml']
environment: {prefix: APP_}
sections:
  risk: {share: {type: float64, gt: 0, le: 0.02, unit: fraction}, positions: {type: int64, default: 5}}
  exchange: {key: {type: string, secret: env}, wait: {type: duration, default: 5s}}
  strategy: {keys: '[a-z]+', values: {fast: int64, slow: int64}}
rules:
  windows: {expr: fast < slow, within: [strategy]}
"""
GOOD = "[risk]\nshare = 0.01\n[strategy.cross]\nfast = 5\nslow = 20\n"
KEY = "k3y-that-nobody-may-see"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "app.yaml").write_text(POLICY)
    (tmp_path / "config.toml").write_text(GOOD)
    monkeypatch.setenv("APP_EXCHANGE__KEY", KEY)
    return tmp_path


def test_a_good_configuration_is_clean(peakguard: Run, project: Path) -> None:
    result = peakguard("validate", "app", cwd=project)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "checked 1 file: no findings\nrules: 1 passed\n"


def test_every_fault_is_reported_with_its_place(peakguard: Run, project: Path) -> None:
    text = '[risk]\nshare = 2\n[strategy.cross]\nfast = 20\nslow = 5\n[exchange]\nkey = "hunter2"\n'
    (project / "bad.toml").write_text(text)
    result = peakguard("validate", "app", "bad.toml", "--format", "json", cwd=project)
    assert result.returncode == 1
    report = json.loads(result.stdout)
    places = {(each["code"], each["file"], each["line"], each["column"]) for each in report["diagnostics"]}
    assert places == {("PG895", "bad.toml", 2, 9), ("PG898", "bad.toml", 4, 8), ("PG900", "bad.toml", 7, 7)}
    assert report["rules"] == [{"id": "rules.windows", "section": "strategy.cross", "state": "failed", "reason": ""}]


def test_a_literal_secret_is_a_fault_and_never_shown(
    peakguard: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("APP_EXCHANGE__KEY")
    (project / "bad.toml").write_text(f'{GOOD}[exchange]\nkey = "{KEY}"\n')
    for form in ("text", "json", "sarif", "github", "junit"):
        result = peakguard("validate", "app", "bad.toml", "--format", form, cwd=project)
        assert result.returncode == 1
        assert "PG900" in result.stdout
        assert KEY not in result.stdout + result.stderr


def test_a_misspelt_secret_is_not_shown_either(peakguard: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APP_EXCHANGE__KEY")
    (project / "bad.toml").write_text(f'{GOOD}[exchange]\nkye = "{KEY}"\n')
    result = peakguard("validate", "app", "bad.toml", cwd=project)
    assert result.returncode == 1
    assert "Did you mean `key`" in result.stdout
    assert KEY not in result.stdout + result.stderr


@pytest.mark.parametrize("command", [("validate", "app", "no.toml"), ("validate", "app", ".")])
def test_a_file_that_cannot_be_read_exits_with_two(peakguard: Run, project: Path, command: tuple[str, ...]) -> None:
    result = peakguard(*command, cwd=project)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_show_tells_the_origin_of_every_value(peakguard: Run, project: Path) -> None:
    (project / "config.live.toml").write_text("[risk]\nshare = 0.005\n")
    result = peakguard("config", "show", "--origin", "--profile", "live", cwd=project)
    assert result.returncode == 0
    assert result.stdout.splitlines() == [
        'exchange.key = "(a secret)"  # environment APP_EXCHANGE__KEY',
        'exchange.wait = "0:00:05"  # default (policies/app.yaml:9)',
        "risk.positions = 5  # default (policies/app.yaml:8)",
        "risk.share = 0.005  # config.live.toml:2:9",
        "strategy.cross.fast = 5  # config.toml:4:8",
        "strategy.cross.slow = 20  # config.toml:5:8",
    ]


def test_diff_names_both_places_and_shows_no_secret(peakguard: Run, project: Path) -> None:
    (project / "new.toml").write_text(GOOD.replace("0.01", "0.02") + "[strategy.rsi]\nfast = 1\nslow = 2\n")
    result = peakguard("config", "diff", "config.toml", "new.toml", cwd=project)
    assert result.returncode == 1
    assert result.stdout.splitlines() == [
        "risk.share: 0.01 (config.toml:2:9) -> 0.02 (new.toml:2:9)",
        "strategy.rsi.fast: nothing -> 1 (new.toml:7:8)",
        "strategy.rsi.slow: nothing -> 2 (new.toml:8:8)",
    ]
    assert peakguard("config", "diff", "config.toml", "config.toml", cwd=project).returncode == 0
    assert KEY not in peakguard("config", "diff", "config.toml", "new.toml", "--format", "json", cwd=project).stdout


def test_diff_of_a_broken_file_says_what_is_wrong(peakguard: Run, project: Path) -> None:
    (project / "bad.toml").write_text("[risk]\nshare = 2\n")
    result = peakguard("config", "diff", "config.toml", "bad.toml", cwd=project)
    assert (result.returncode, result.stdout) == (1, "")
    assert "PG895" in result.stderr
    assert peakguard("config", "diff", "config.toml", cwd=project).returncode == 2


def test_the_schema_for_editors_is_draft_7(peakguard: Run, project: Path) -> None:
    result = peakguard("config", "schema", "--draft", "7", cwd=project)
    schema = json.loads(result.stdout)
    Draft7Validator.check_schema(schema)
    assert not Draft7Validator(schema).is_valid({"risk": {"share": 2}})


def test_an_unknown_policy_and_none_are_refused(peakguard: Run, project: Path) -> None:
    assert peakguard("config", "show", "--config", "ap", cwd=project).returncode == 2
    assert "PG2005" in peakguard("validate", "ap", "config.toml", cwd=project).stderr
    assert peakguard("validate", "app", "config.toml", "--format", "markdown", cwd=project).returncode == 2
    assert "--html" in peakguard("validate", "app", "--html", "page.html", cwd=project).stderr


def test_programs_read_a_frozen_configuration(project: Path) -> None:
    found = package.load(project).config("app").load()
    assert found.risk.share == 0.01
    assert found.exchange.wait.total_seconds() == 5
    assert found.strategy["cross"].fast == 5
    assert KEY not in repr(found)
    assert found.exchange.key.get_secret_value() == KEY
    with pytest.raises(AttributeError):
        found.risk.share = 2
    with pytest.raises(AttributeError, match="positions"):
        found.risk.position  # noqa: B018 # reading it is what fails


def base_of_the_ten_rules() -> dict[str, str]:
    """The configuration that keeps all ten rules, by file."""
    folder = REPOSITORY / "tests" / "conformance" / "configs" / "ten"
    return {path.name: path.read_text() for path in folder.iterdir()}


TEN = [
    ("fast_window = 5", "fast_window = 50", "PG898"),
    ("risk_per_trade = 0.01", "risk_per_trade = 0.03", "PG895"),
    ("risk_per_trade = 0.01", "risk_per_trade = 0.015", "PG898"),
    ('mode = "paper"', 'mode = "live"', "PG898"),
    ("[exchange.credentials]", '[exchange.credentials]\napi_key = "abc"', "PG900"),
    ('type = "noop"', 'type = "fixed_fraction"\nfraction = 1.5', "PG895"),
    ("max_order_notional = 1000", "max_order_notional = 90000", "PG898"),
    ("max_daily_loss_abs = 500", "max_daily_loss_abs = 9000", "PG898"),
    ("fee_bps = 10", "fee_bps = 0", "PG898"),
    ('active = ["cross"]', 'active = ["cros"]', "PG897"),
    ("stop_pct = 0.05", "stop_pct = 5", "PG895"),
    ("circuit_breaker_threshold = 3", "circuit_breaker_threshold = 30", "PG898"),
    ("max_position_pct = 10", "max_position_pct = 1", "PG898"),
    ("max_drawdown = 0.2 # limits", "max_drawdown = 0.3", "PG905"),
    ("trend = 0.4", "trend = 0.5", "PG906"),
]


@pytest.mark.parametrize(("old", "new", "code"), [("", "", ""), *TEN], ids=range(len(TEN) + 1))
def test_the_ten_rules_of_a_trading_configuration(old: str, new: str, code: str, tmp_path: Path) -> None:
    case = REPOSITORY / "peakguard" / "kinds" / "config" / "cases" / "valid" / "the-ten-rules-of-trading"
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "app.yaml").write_text((case / "policies" / "app.yaml").read_text())
    (tmp_path / "config").mkdir()
    texts = base_of_the_ten_rules()
    assert not old or any(old in text for text in texts.values())
    for name, text in texts.items():
        (tmp_path / "config" / name).write_text(text.replace(old, new) if old else text)
    found = package.load(tmp_path).config("app").examine(environ={})
    assert code in {each.code for each in found.findings} if code else found.findings == ()


STUBBED = """peakguard: 1
kind: config
name: app
version: 1.0.0
files: [config.toml]
sections:
  name: {type: string, values: [paper, live], default: paper}
  risk: {limit: float64, since: {type: date, required: false}, legs: {list: {venue: string}, required: false}}
  exchange: {key: {type: string, secret: env, env: KEY}}
  sizing: {union: type, variants: {fixed: {units: float64}, none: {}}}
  strategy: {keys: '[a-z]+', values: {fast: int64}}
"""
USE = """from app import guards

config = guards.config("app")
share: float = config.risk.limit
fast: int = config.strategy["cross"].fast
secret: str = config.exchange.key.get_secret_value()
if config.sizing.type == "fixed":
    units: float = config.sizing.units
if config.risk.since is not None:
    year: int = config.risk.since.year
venues = [leg.venue for leg in config.risk.legs or ()]
generation: int = guards.registry("app").current.generation
print(share, fast, secret, venues, generation)
"""
MISUSE = [
    "config.risk.limt",
    "config.sizing.units",
    "config.risk.since.year",
    'config.strategy["cross"].slow',
    "config.exchange.key + 'x'",
    'guards.config("ap")',
    "config.name == 'pape'",
]


@pytest.mark.slow
def test_type_checkers_know_what_a_configuration_holds(peakguard: Run, tmp_path: Path) -> None:
    files = {
        "policies/app.yaml": STUBBED,
        "pyproject.toml": '[tool.peakguard]\nguards = "src/app/guards.py"\n',
        "src/app/__init__.py": "",
        "config.toml": '[risk]\nlimit = 1\n[sizing]\ntype = "none"\n[strategy.cross]\nfast = 3\n',
        "use.py": USE,
        "misuse.py": "from app import guards\n\nconfig = guards.config('app')\n"
        + "".join(f"{each}\n" for each in MISUSE),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert peakguard("docs", cwd=tmp_path).returncode == 0
    # An editable install may be one that type checkers cannot follow.
    known = os.pathsep.join(["src", str(REPOSITORY)])
    variables = {**os.environ, "MYPYPATH": known, "PYTHONPATH": "src", "KEY": "hunter2"}

    def python(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)

    assert python("use.py").stderr == ""
    mypy = ("-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path / "cache"))
    found = python(*mypy, "use.py", "misuse.py").stdout.splitlines()
    assert [line for line in found if line.startswith(("use.py", "src"))] == []
    wrong = [line for line in found if line.startswith("misuse.py:")]
    lines = {int(line.split(":")[1]) for line in wrong if ": error:" in line}
    assert lines == set(range(4, 4 + len(MISUSE))), wrong


@pytest.mark.parametrize("command", [("validate", "app"), ("config", "show")])
def test_a_mode_that_is_none_is_one_finding_of_the_command(
    command: tuple[str, ...], project: Path, peakguard: Run
) -> None:
    result = peakguard(*command, cwd=project, PEAKGUARD_MODE="obsrve")
    assert (result.returncode, result.stdout) == (2, "")
    assert "PG2087" in result.stderr
    assert "Traceback" not in result.stderr
