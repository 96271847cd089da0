"""`pytest -p peakguard`: the tests of a program run under its bindings."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from peakguard.api.chaos_here import Chaos
    from peakguard.kinds.bindings.runtime import Attachment
    from peakguard.kinds.invariants.monitor import Monitor

_SEED = pytest.StashKey[int]()
_attached: dict[int, Attachment] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin."""
    group = parser.getgroup("peakguard")
    group.addoption(
        "--peakguard-root", metavar="DIR", help="root of the project with the policies (default: from here)"
    )
    group.addoption("--peakguard-seed", type=int, metavar="N", help="the seed of every test that asks for one")
    group.addoption(
        "--peakguard-rule-tests", action="store_true", help="collect the cases of policies of kind test too"
    )
    group.addoption("--peakguard-mode", choices=("off", "observe", "enforce"), help="weakest mode of all bindings")


def pytest_configure(config: pytest.Config) -> None:
    """Put the guards on, before any test module is imported."""
    from peakguard.api.policies import load
    from peakguard.runtime.errors import PeakguardError

    try:
        policies = load(config.getoption("--peakguard-root"))
        _attached[id(config)] = policies.attach(mode=config.getoption("--peakguard-mode"))
    except PeakguardError as error:
        raise pytest.UsageError(str(error)) from error


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Files of rule tests, where they are asked for."""
    if not parent.config.getoption("--peakguard-rule-tests"):
        return None
    from peakguard.api.pytest_rule_tests import collected

    return collected(file_path, parent)


@pytest.fixture
def peakguard_monitor(pytestconfig: pytest.Config) -> Iterator[Callable[[str], Monitor]]:
    """A monitor of the invariants of a name; it is closed at the end of the test, and judged then."""
    from peakguard.api.policies import load

    policies = load(pytestconfig.getoption("--peakguard-root"))
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(policies.monitor(name))


@pytest.fixture
def peakguard_chaos(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Chaos]:
    """Faults of a scenario while a `with` runs, under all guards: `with peakguard_chaos("flaky", fault="limited"):`.

    Tests run under the profile `test` where PEAKGUARD_PROFILE names no other.
    """
    from peakguard.api.chaos_here import Chaos
    from peakguard.api.policies import load

    if not os.environ.get("PEAKGUARD_PROFILE"):
        monkeypatch.setenv("PEAKGUARD_PROFILE", "test")
    policies = load(pytestconfig.getoption("--peakguard-root"))
    attached = [_attached[id(pytestconfig)]]

    def planted(scenario: str, *, fault: str | None = None, seed: int | None = None) -> Chaos:
        return Chaos(policies, scenario, fault, seed, attached)

    return planted


@pytest.fixture
def peakguard_seed(request: pytest.FixtureRequest) -> int:
    """A seed, another one in each test unless one is given; the generators of the process are seeded with it.

    Where the test fails, its report ends with the command that repeats it.
    """
    from peakguard.kinds.reproducibility.generators import seed_globals
    from peakguard.kinds.reproducibility.runtime import DEFAULTS

    given: int | None = request.config.getoption("--peakguard-seed")
    seed = given if given is not None else int.from_bytes(os.urandom(4))
    seed_globals(seed, DEFAULTS["globals"])
    request.node.stash[_SEED] = seed
    return seed


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say how a test that failed with a seed is repeated."""
    report = yield
    seed = item.stash.get(_SEED, None)
    if report.failed and seed is not None:
        command = f"pytest {shlex.quote(item.nodeid)} -p peakguard --peakguard-seed={seed}"
        report.sections.append(("peakguard", f"repeat it with: {command}"))
    return report


def pytest_report_header(config: pytest.Config) -> str:
    """How many bindings there are, and under which mode."""
    counts = Counter(row.mode for row in _attached[id(config)].report())
    return "peakguard: " + (", ".join(f"{count} bindings {mode}" for mode, count in counts.items()) or "no bindings")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The bindings whose modules no test imported: nothing was guarded there."""
    waiting = [row.target for row in _attached[id(config)].report() if row.state == "waiting"]
    # With pytest-xdist it is the workers that import; this process has seen nothing.
    if waiting and not config.getoption("numprocesses", None):
        terminalreporter.write_line(f"peakguard: never imported, so not guarded: {', '.join(waiting)}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the guards off."""
    attachment = _attached.pop(id(config), None)
    if attachment is not None:
        attachment.detach()
