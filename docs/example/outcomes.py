"""The program run under one fault, bare or guarded, and what came of it."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from app.exchange import Exchange
from scenarios import Scenario

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COMMAND = str(Path(sysconfig.get_path("scripts")) / "peakguard")
PROGRAM = ("-m", "app")
BARE = (sys.executable,)
GUARDED = (COMMAND, "run", "--root", str(ROOT), "--", sys.executable)
HANGS = "it hangs"
PATIENCE, LONGEST = 10, 120
"""Seconds after which a program is taken to hang: it needs one when nothing is wrong."""
YESTERDAY = '{"equity": 1.0}'
CATALOGUED = re.compile(r"^(?:PT-\d{4}|PG\d{3,4}) \w+: .*$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """How a run ended; `report` is the text of the file it was to write, over which yesterday's lay."""

    exit_code: int
    errors: str
    report: str

    @property
    def error(self) -> str:
        """The error that ended the run, its code first; empty where there is none."""
        found = CATALOGUED.findall(self.errors)
        return found[-1] if found else ""

    @property
    def numbers(self) -> dict[str, Any] | None:
        """The numbers of the report, or none where it is torn."""
        try:
            numbers: dict[str, Any] = json.loads(self.report)
        except ValueError:
            return None
        return numbers


def run(scenario: Scenario | None, guarded: bool) -> Outcome:
    """Start an exchange and the program beside it; without a scenario nothing is wrong."""
    exchange = Exchange()
    exchange.start()
    exchange.break_by(scenario.exchange if scenario else "")
    with tempfile.TemporaryDirectory() as folder:
        settings, report = Path(folder) / "config.toml", Path(folder) / "report.json"
        settings.write_text(changed((HERE / "config.toml").read_text(), scenario.settings if scenario else {}))
        report.write_text(YESTERDAY)
        command = [*(GUARDED if guarded else BARE), *PROGRAM, str(settings), exchange.url, str(report)]
        try:
            done = subprocess.run(  # noqa: S603 # our own program
                command, cwd=HERE, capture_output=True, text=True, check=False, preexec_fn=small_disk(scenario),
                timeout=LONGEST if guarded else PATIENCE,
            )  # fmt: skip # a line each would be longer
            return Outcome(done.returncode, done.stderr, report.read_text())
        except subprocess.TimeoutExpired:
            return Outcome(1, HANGS, report.read_text())
        finally:
            exchange.shutdown()
            exchange.server_close()


def changed(text: str, settings: dict[str, str]) -> str:
    """The settings with other values for some keys."""
    for key, value in settings.items():
        text = re.sub(rf"(?m)^{key} = [^ \n]+", f"{key} = {value}", text)
    return text


def small_disk(scenario: Scenario | None) -> Callable[[], None] | None:
    """Files end after so many bytes, as they do on a full disk; nothing else about it can be had without root."""
    if scenario is None or scenario.disk is None:
        return None
    return partial(resource.setrlimit, resource.RLIMIT_FSIZE, (scenario.disk, scenario.disk))


def verdict(outcome: Outcome, right: Outcome) -> str:
    """In a few words what a reader of the report would be left with."""
    if outcome.report == right.report:
        return "right number"
    if outcome.exit_code == 0:
        return "wrong: " + difference(outcome, right)
    left = "yesterday's report is whole" if outcome.report == YESTERDAY else "the report is torn"
    last = outcome.errors.strip().splitlines()[-1]
    what = outcome.error or (last if last == HANGS else f"crash: {last}")
    return what if outcome.report == YESTERDAY else f"{what}; {left}"


def difference(outcome: Outcome, right: Outcome) -> str:
    """The first number that is not the right one."""
    numbers, wanted = outcome.numbers or {}, right.numbers or {}
    for name, value in wanted.items():
        if numbers.get(name) != value:
            return f"{name} {numbers[name]:,.10g} instead of {value:,.10g}" if name != "curve" else "the curve"
    return "another report"


def peakguard(*arguments: str, cwd: Path) -> int:
    """Run one command, whose output goes to the screen; gives its exit code."""
    return subprocess.run([COMMAND, *arguments], cwd=cwd, check=False).returncode  # noqa: S603 # our own command
