"""The journal that `peakguard run` keeps, and what `peakguard report` makes of it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from jsonschema import Draft202012Validator

import peakguard as package
from peakguard.kinds.invariants.compile import compile_document
from peakguard.kinds.invariants.runtime import bind
from peakguard.runtime.context.carrier import extract, inject
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.event_form import plain
from peakguard.runtime.event_kinds import EVENTS
from peakguard.runtime.events import Event
from peakguard.runtime.journal.segments import Segments, folder_of
from peakguard.runtime.rejections import BreakerOpen
from peakguard.runtime.store.store import Store
from tests.functional.conftest import Project, Run
from tests.functional.policies import RESILIENCE, SHOP
from tests.property.test_invariants_agreement import document_of

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "docs" / "event.schema.json").read_text()))
# Events of logs, resilience and caches, whose own tests hold them to the schema, and what the journal makes of others.
ELSEWHERE = {
    "run_recovered", "events_sampled_out", "sink_failed", "breaker_moved", "call_rejected", "call_retried",
    "call_saved", "retries_exhausted", "fallback_used", "cache_repaired", "cache_stale", "cache_failed",
    "run_repeated", "gate_ended", "fault_injected", "cache_refresh_failed", "cache_evicted", "cache_clock_behind",
    "cache_revalidated",
}  # fmt: skip # one a line would be a page of its own
FILES = {
    "policies/errors.yaml": SHOP,
    "policies/program.yaml": """\
peakguard: 1
kind: bindings
name: program
version: 1.0.0
bindings:
  - {target: 'desk:scale', arguments: {amount: {type: int64, ge: 1, error: SH-1001}}}
  - {target: 'desk:find', classify: {context: {symbol: args.symbol}}}
  - {target: 'desk:lean', trace: {fields: {gone: args.symbol.nowhere}}}
""",
    "contracts/bars.yaml": "peakguard: 1\nkind: contract\nname: bars\nversion: 1.0.0\non_violation: quarantine\n"
    "columns: {close: {type: float64, gt: 0}}\n",
    "desk.py": "def scale(amount):\n    return amount\n\n\ndef find(symbol):\n    raise KeyError(symbol)\n\n\n"
    "def lean(symbol):\n    return symbol\n",
    "daily.py": "import sys\nfrom desk import scale, find\nscale(int(sys.argv[1]))\n"
    "if sys.argv[1] == '7':\n    find('A')\n",
}


def report(peakguard: Run, root: Path, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(peakguard("report", "--format", "json", *options, cwd=root).stdout)
    return found


def daily(peakguard: Run, root: Path, *amounts: int, options: tuple[str, ...] = ()) -> None:
    for amount in amounts:
        peakguard("run", *options, "--", "python", "daily.py", str(amount), cwd=root)


def test_a_program_that_is_well_keeps_nothing(project: Project, peakguard: Run) -> None:
    root = project(FILES)
    daily(peakguard, root, 1, 2)
    assert not Path(folder_of(str(root))).exists()
    assert "no events" in peakguard("report", cwd=root).stdout


def test_what_went_wrong_and_how_long(project: Project, peakguard: Run) -> None:
    root = project(FILES)
    daily(peakguard, root, 0, 7, 0, 1)
    found = report(peakguard, root)
    assert [(row["code"], row["count"], row["where"]) for row in found["codes"]] == [
        ("SH-1001", 3, ["builtins.KeyError", "desk:scale"])
    ]
    assert [(row["name"], row["failed"], row["recovered"]) for row in found["runs"]] == [("daily", 3, 1)]
    (incident,) = found["recovery"]["incidents"]
    assert (incident["failures"], incident["code"]) == (3, "SH-1001")
    assert found["recovery"]["median_seconds"] == found["recovery"]["longest_seconds"] > 0
    daily(peakguard, root, 0)
    assert report(peakguard, root)["runs"][0]["open_since_unix_nano"] is not None
    lines = Segments(folder_of(str(root))).read()
    assert [[error.message for error in SCHEMA.iter_errors(line)] for line in lines] == [[]] * 9


def test_nothing_is_kept_where_that_is_asked(project: Project, peakguard: Run) -> None:
    root = project(FILES)
    daily(peakguard, root, 0, options=("--no-journal",))
    assert not Path(folder_of(str(root))).exists()


def test_the_forms_of_a_report(project: Project, peakguard: Run) -> None:
    root = project(FILES)
    daily(peakguard, root, 0, 1)
    text = peakguard("report", cwd=root).stdout
    assert "SH-1001  once" in text
    assert "daily  failed once, well again" in text
    table = peakguard("report", "--format", "markdown", cwd=root).stdout
    assert "| SH-1001 | 1 |" in table
    metrics = peakguard("report", "--format", "prometheus", cwd=root).stdout
    sample = re.compile(r'# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"\})? \d+(\.\d+)?(e-?\d+)?')
    assert [line for line in metrics.splitlines() if not sample.fullmatch(line)] == []
    assert 'peakguard_errors_total{code="SH-1001"} 1' in metrics
    assert 'peakguard_run_is_failing{run="daily"} 0' in metrics


def test_a_report_since_a_time(project: Project, peakguard: Run) -> None:
    root = project(FILES)
    segments = Segments(folder_of(str(root)))
    for day in (1, 20):
        moment = int(datetime(2026, 1, day, tzinfo=UTC).timestamp()) * 10**9
        fields = {"binding": "b", "rule": "r", "code": f"SH-{day}", "enforced": True}
        segments.append(plain(Event("call_refused", moment, "error", None, None, None, None, fields)))
    assert [row["code"] for row in report(peakguard, root, "--since", "2026-01-10")["codes"]] == ["SH-20"]
    assert report(peakguard, root, "--since", "1d")["events"] == 0
    assert peakguard("report", "--since", "yesterday", cwd=root).returncode == 2


def test_damaged_lines_are_left_out_and_counted(project: Project, peakguard: Run) -> None:
    root = project(FILES)
    daily(peakguard, root, 0)
    path = Path(folder_of(str(root))) / "00000001.log"
    path.write_bytes(path.read_bytes() + b"\n1234 half a li")
    found = report(peakguard, root)
    assert (found["events"], found["damaged"]) == (2, 1)
    assert "1 lines are damaged" in peakguard("report", cwd=root).stdout


def test_a_journal_that_cannot_be_read_is_one_error(project: Project, peakguard: Run) -> None:
    root = project({**FILES, ".peakguard/journal": "in the way"})
    done = peakguard("report", cwd=root)
    assert done.returncode == 2
    assert "PG101" in done.stderr


BOOK = {
    "peakguard": 1, "kind": "invariants", "name": "book", "version": "1.0.0", "state": {"cash": "float64"},
    "invariants": {"solvent": {"expr": "cash >= 0", "severity": "warning"}},
}  # fmt: skip # a policy


def test_broken_invariants_are_counted_by_their_codes(project: Project, peakguard: Run) -> None:
    root = project(FILES)
    segments = Segments(folder_of(str(root)))
    fields = {"policy": "book", "invariant": "invariants.solvent", "code": "SH-9", "step": 3, "enforced": True}
    segments.append(plain(Event("invariant_broken", 5, "error", None, None, None, None, fields)))
    fields = {"reason": "for the test", "path": "a", "quarantine": "b"}
    segments.append(plain(Event("object_damaged", 6, "error", None, None, None, None, fields)))
    found = report(peakguard, root)
    assert [(row["code"], row["where"]) for row in found["codes"]] == [("SH-9", ["book: invariants.solvent"])]
    assert found["others"]["object_damaged"] == 1


SETTINGS = """peakguard: 1
kind: config
name: settings
version: 1.0.0
files: [settings.toml]
sections: {limit: {type: int64, le: 9}, token: {type: string, secret: env, required: false}}
"""


def test_the_events_of_every_flow_keep_the_schema_and_no_secret(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project({**FILES, "policies/settings.yaml": SETTINGS, "settings.toml": "limit = 1\n"})
    monkeypatch.syspath_prepend(str(root))
    policies = package.load(root)
    heard: list[Event] = []
    with policies.on_event(heard.append), policies.run("all"), policies.attached():
        desk: Any = import_module("desk")
        sys.modules.pop("desk")  # other tests have a desk of their own
        calls: list[Callable[[], Any]] = [lambda: desk.scale(0), lambda: desk.find("hunter2")]
        for call in calls:
            with pytest.raises((PeakguardError, KeyError)):
                call()
        desk.lean("A")
        policies.contract("bars").validate(pd.DataFrame({"close": [1.0, -1.0]}))
        policies.error("SH-1001", symbol="hunter2")
        registry = policies.registry("settings")
        for text in ("limit = 2\n", "limit = 20\n", "limit = 2\ntoken = 'hunter2'\n"):
            (root / "settings.toml").write_text(text)
            registry.reload()
        extract({"traceparent": "no trace"})
        monitor = bind(compile_document(document_of(BOOK))).monitor()
        monitor.step(cash=-1.0)
        monitor.close()
        store = Store(str(root / "store"))
        made = store.put("k", b"value")
        Path(store.layout.object(made.digest)).write_bytes(b"other")
        with pytest.raises(PeakguardError):
            store.get("k")
        with policies.run("part", **dict[str, Any]({f"member{number}": "x" * 200 for number in range(60)})):
            inject({})
    found = [plain(event) for event in heard]
    assert [error.message for event in found for error in SCHEMA.iter_errors(event)] == []
    assert all(event["run_id"] and event["trace_id"] for event in found)
    assert "hunter2" not in json.dumps(found)
    assert {event["event_name"] for event in found} >= EVENTS.keys() - ELSEWHERE


def test_what_resilience_did_is_added_up(project: Project, peakguard: Run) -> None:
    root = project({**FILES, "policies/resilience.yaml": RESILIENCE + """\
  desk:
    idempotent: true
    timeout: {total: 9s}
    retry: {max_attempts: 3, on: [OSError], backoff: {initial: 1ms}}
    breaker: {minimum_calls: 6, failure_rate_threshold: 0.6, wait_duration_in_open: 1ms}
"""})  # fmt: skip # one file more
    policies = package.load(root)
    outcomes: Iterator[Any] = iter([OSError(), OSError(), 1, OSError(), OSError(), OSError(), 2, 3, 4])
    with policies.journal():

        @policies.guard("desk")
        def call() -> int:
            outcome = next(outcomes)
            if isinstance(outcome, OSError):
                raise outcome
            return int(outcome)

        assert call() == 1
        with pytest.raises(OSError):  # noqa: PT011 # it says nothing
            call()
        policies.breaker("desk").force("forced_open")
        for _ in range(4):
            with pytest.raises(BreakerOpen):
                call()
        policies.breaker("desk").force("closed")
    (row,) = report(peakguard, root)["resilience"]
    assert row == {"policy": "desk", "saved": 1, "exhausted": 1, "opened": 1, "refused": 4, "state": "closed"}
    assert "desk  retries saved 1 call, and did not save 1 call; its breaker opened once and refused 4 calls" in (
        peakguard("report", cwd=root).stdout
    )
    assert (
        'peakguard_calls_refused_total{policy="desk"} 4'
        in peakguard("report", "--format", "prometheus", cwd=root).stdout
    )
    assert "| desk | 1 | 1 | 1 | 4 |" in peakguard("report", "--format", "markdown", cwd=root).stdout


def test_the_events_of_resilience_keep_the_schema_too(project: Project) -> None:
    policy = (
        RESILIENCE
        + """\
  desk:
    idempotent: true
    timeout: {total: 9s}
    retry: {max_attempts: 2, on: [OSError], backoff: {initial: 1ms}}
    breaker: {minimum_calls: 4}
    fallback: {call: 'builtins:int', on: [OSError]}
"""
    )
    policies = package.load(project({**FILES, "policies/resilience.yaml": policy}))
    outcomes: Iterator[Any] = iter([OSError(), 1, *[OSError() for _ in range(4)]])
    heard: list[Event] = []

    @policies.guard("desk")
    def call() -> int:
        outcome = next(outcomes)
        if isinstance(outcome, OSError):
            raise outcome
        return int(outcome)

    with policies.on_event(heard.append), policies.run("all"):
        assert [call() for _ in range(2)] == [1, 0]
        with pytest.raises(BreakerOpen):
            call()
    found = [plain(event) for event in heard]
    assert [error.message for event in found for error in SCHEMA.iter_errors(event)] == []
    assert all(event["run_id"] and event["policy_set"] for event in found)
    assert {event["event_name"] for event in found} >= {
        "breaker_moved", "call_rejected", "call_retried", "call_saved", "retries_exhausted", "fallback_used",
    }  # fmt: skip # one a line would be a page of its own
