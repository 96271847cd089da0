"""A policy at work: what is written where, and what of the program stays as it was."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from opentelemetry import _logs
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor

from peakguard.kinds.observability import pipeline
from peakguard.runtime import events
from peakguard.runtime.errors import PeakguardError
from tests.unit.observability.tables import policies_of

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = Draft202012Validator(json.loads((ROOT / "docs" / "event.schema.json").read_text()))
FILE = "sinks: {file: {to: log.jsonl, level: debug}}\n"
BOTH = "sinks: {file: {to: log.jsonl, level: debug}, console: {to: stderr}}\n"


@pytest.fixture(autouse=True)
def bare_root() -> Iterator[logging.Logger]:
    """The root logger as a program finds it, without the handlers of pytest."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    yield root
    root.handlers[:], root.level = handlers, level


def written(root: Path) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in (root / "log.jsonl").read_text().splitlines()]
    assert [error.message for each in found for error in SCHEMA.iter_errors(each)] == []
    return found


def logs(root: Path) -> list[dict[str, Any]]:
    return [each for each in written(root) if each["event_name"] == "log"]


def test_our_loggers_the_stdlib_and_events_carry_the_ids_of_their_run(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, FILE)
    with policies.observe(), policies.run("nightly") as run:
        policies.logger("app").info("loaded", rows=7, at=Path("x"))
        logging.getLogger("vendor").warning("slow %s", "answer", extra={"seconds": 2.5})
    found = written(tmp_path)
    assert [each["event_name"] for each in found] == ["run_started", "log", "log", "run_ended"]
    assert {each["run_id"] for each in found} == {run.run_id}
    assert {each["trace_id"] for each in found} == {run.trace_id}
    assert {each["policy_set"] for each in found} == {policies.digest}
    assert (found[1]["body"], found[1]["logger"], found[1]["attributes"]) == ("loaded", "app", {"rows": 7, "at": "x"})
    assert (found[2]["body"], found[2]["severity_text"]) == ("slow answer", "WARN")
    assert found[2]["attributes"] == {"seconds": 2.5}


def test_an_exception_has_the_names_of_opentelemetry(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, FILE + "exceptions: {locals: true, frames: 1}\n")
    with policies.observe():
        try:
            number = 0
            1 / number  # to fail
        except ZeroDivisionError:
            policies.logger("app").exception("failed")
            logging.getLogger("vendor").exception("failed too")
    for each in logs(tmp_path):
        assert each["attributes"]["exception.type"] == "ZeroDivisionError"
        assert each["attributes"]["exception.message"] == "division by zero"
        assert "1 / number" in each["attributes"]["exception.stacktrace"]
        assert each["attributes"]["exception.locals"][0]["locals"]["number"] == 0


def test_the_program_keeps_its_own_logging(
    tmp_path: Path, bare_root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    policies = policies_of(tmp_path, BOTH)
    bare_root.handlers.clear()
    with policies.observe(), policies.run("all") as run:
        logging.basicConfig(format="mine %(message)s %(run_id)s", level="INFO")  # as if we were not there
        logging.getLogger("app").info("hello")
    assert len(bare_root.handlers) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if "hello" in line] == [f"mine hello {run.run_id}"]  # not twice
    assert [each["body"] for each in logs(tmp_path)] == ["hello"]


def test_without_handlers_a_warning_is_shown_once(
    tmp_path: Path, bare_root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    bare_root.handlers.clear()
    policies = policies_of(tmp_path, BOTH)
    with policies.observe():
        logging.getLogger("app").warning("hello")
    assert capsys.readouterr().err.count("hello") == 1


def test_everything_is_undone(tmp_path: Path) -> None:
    before = logging.Logger.callHandlers
    ccxt = logging.getLogger("ccxt")
    policies = policies_of(tmp_path, FILE + "levels: {ccxt: error}\n")
    with policies.observe(), policies.observe():
        assert logging.Logger.callHandlers is not before
        assert ccxt.level == logging.ERROR
    assert logging.Logger.callHandlers is before
    assert ccxt.level == logging.NOTSET
    assert not events.is_heard()


def test_opened_twice_it_writes_once(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, FILE)
    with policies.observe():
        with policies.observe():
            policies.logger("app").info("inner")
        policies.logger("app").info("outer")
    assert [each["body"] for each in logs(tmp_path)] == ["inner", "outer"]


def test_levels_are_those_of_the_nearest_name(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, FILE + "levels: {app: warning, app.engine: debug, root: info}\n")
    with policies.observe():
        for name in ("app", "app.engine.fills", "app.other", "vendor"):
            for say in (policies.logger(name), logging.getLogger(name)):
                say.debug(f"{name} debug")
                say.info(f"{name} info")
                say.warning(f"{name} warning")
    bodies = [each["body"] for each in logs(tmp_path)]
    once = ["app warning", *(f"app.engine.fills {level}" for level in ("debug", "info", "warning"))]
    once += ["app.other warning", "vendor info", "vendor warning"]
    assert sorted(bodies) == sorted([*once, *once])


def test_errors_are_sampled_by_their_code_only(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, FILE + "sample: {tick: {first: 1}, vendor: {first: 1}}\n")
    with policies.observe():
        log = policies.logger("app")
        for _ in range(3):
            log.info("tick")
            log.error("tick")
            logging.getLogger("vendor").warning("slow")
    found = written(tmp_path)
    assert [each.get("body") for each in found].count("slow") == 1
    assert [(each["severity_text"]) for each in found if each.get("body") == "tick"] == ["INFO", *["ERROR"] * 3]
    rest = {
        each["attributes"]["name"]: each["attributes"]["dropped"]
        for each in found
        if each["event_name"] == "events_sampled_out"
    }
    assert rest == {"tick": 2, "vendor": 2}


def test_a_code_may_be_sampled_and_is_counted(tmp_path: Path) -> None:
    catalog = """\
peakguard: 1
kind: errors
name: catalog
version: 1.0.0
domain: test
categories: {data: {codes: 1000-1999}}
errors:
  PT-1001: {slug: bad, title: Bad, category: data, severity: error, message: bad}
"""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "errors.yaml").write_text(catalog)
    policies = policies_of(tmp_path, FILE + "sample: {PT-1001: {first: 1, then: 0.25}}\n")
    with policies.observe():
        for _ in range(6):
            policies.error("PT-1001")
    found = [each["attributes"] for each in written(tmp_path)]
    assert [each.get("sampled_out_before") for each in found] == [None, 3, None]
    assert found[-1] == {"name": "PT-1001", "dropped": 1}


@pytest.mark.parametrize(
    "value",
    ["x" * 100_000, ["y" * 100] * 5000, {f"k{n}": n for n in range(5000)}, "€" * 40_000, [[[[[[[[[1]]]]]]]]], 10**400],
)
def test_large_values_are_cut_and_say_so(tmp_path: Path, value: Any) -> None:
    policies = policies_of(tmp_path, FILE + "limits: {event: 4KiB, depth: 3}\n")
    with policies.observe():
        policies.logger("app").info("large", value=value, small=1)
    (line,) = (tmp_path / "log.jsonl").read_text().splitlines()
    assert len(line) < 6000
    assert logs(tmp_path)[0]["attributes"]["small"] == 1


class Unshown:
    def __str__(self) -> str:
        raise RuntimeError("no")


class Unread(Mapping[str, int]):
    def __getitem__(self, key: str) -> int:
        raise RuntimeError(key)

    def __iter__(self) -> Iterator[str]:
        return iter("ab")

    def __len__(self) -> int:
        return 2


class Guarded(Exception):
    @property
    def peakguard(self) -> str:
        raise RuntimeError("no")


def looped() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


ODD = [Unshown(), float("nan"), {1: {2: 3}}, looped(), "\udc80", b"\xff", object, {("a",): 1}, Unread(), Guarded()]


@pytest.mark.parametrize("value", ODD)
def test_odd_values_are_written(tmp_path: Path, bare_root: logging.Logger, value: Any) -> None:
    bare_root.handlers[:] = [logging.NullHandler()]
    policies = policies_of(tmp_path, FILE)
    with policies.observe():
        policies.logger("app").info("odd", value=value, logger=1, level=2)
        logging.getLogger("app").error("does not fit %d %d", value)  # noqa: PLE1206 # on purpose
        logging.getLogger("app").error(value)
        policies.logger("app").error("raised", exc_info=value)
        logging.getLogger("app").error("beside", extra={("a", "b"): value})  # type: ignore[dict-item] # on purpose
    found = logs(tmp_path)
    assert len(found) == 5
    assert not any("attributes_lost" in each["attributes"] for each in found)


def test_a_record_that_cannot_be_made_ready_is_written_without_its_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(pipeline, "bounded", fail)
    policies = policies_of(tmp_path, FILE)
    with policies.observe():
        for _ in range(2):
            policies.logger("app").info("hello", number=[7])
    assert [(each["body"], each["attributes"]) for each in logs(tmp_path)] == [
        ("hello", {"attributes_lost": "RecursionError"})
    ] * 2
    assert capsys.readouterr().err.count("RecursionError") <= 2


def test_records_of_other_threads_while_the_policy_opens_and_closes(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, FILE)
    failures: list[BaseException] = []
    logger, ours, over = logging.getLogger("app.racing"), policies.logger("app.racing"), threading.Event()
    logger.propagate = False  # pytest would keep all of them

    def speak() -> None:
        try:
            while not over.is_set():
                logger.warning("stdlib")
                ours.warning("ours")
        except BaseException as error:  # noqa: BLE001 # it is what is looked for
            failures.append(error)

    threads = [threading.Thread(target=speak) for _ in range(3)]
    for each in threads:
        each.start()
    for _ in range(50):
        with policies.observe():
            over.wait(0.002)
    over.set()
    for each in threads:
        each.join()
    assert failures == []
    assert {each["body"] for each in logs(tmp_path)} == {"stdlib", "ours"}


class Broken(io.StringIO):
    def write(self, _: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


def test_a_sink_that_fails_is_said_once_and_breaks_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = policies_of(tmp_path, "sinks: {out: {to: stdout}, file: {to: log.jsonl}, bad: {to: 'log.jsonl/x'}}\n")
    monkeypatch.setattr(sys, "stdout", Broken())
    with policies.observe():
        for number in range(5):
            policies.logger("app").info("hello", number=number)
    assert [each["attributes"]["number"] for each in logs(tmp_path)] == [0, 1, 2, 3, 4]
    told = capsys.readouterr().err.splitlines()
    assert len([line for line in told if "`out` cannot write" in line]) == 1
    assert len([line for line in told if "`bad` cannot write" in line]) == 1
    assert any("`out` could not write" in line for line in told)
    assert {each["attributes"].get("sink") for each in written(tmp_path)} >= {"out", "bad"}


def test_the_collector_gets_records_of_its_own_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exported = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call] # of a library
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exported))
    monkeypatch.setattr(_logs, "get_logger_provider", lambda: provider)
    policies = policies_of(tmp_path, "sinks: {collector: {to: otlp}}\n")
    with policies.observe(), policies.run("all") as run:
        policies.logger("app").warning("slow", seconds=2.5)
    started, record, _ = [each.log_record for each in exported.get_finished_logs()]
    assert (started.event_name, record.body, record.severity_text) == ("run_started", "slow", "WARN")
    assert record.trace_id == int(run.trace_id, 16)
    assert record.span_id == int(run.span_id, 16)
    assert record.attributes is not None
    assert record.attributes["seconds"] == 2.5
    assert record.attributes["run_id"] == run.run_id


def test_a_collector_that_cannot_be_reached_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http._log_exporter", None)
    policies = policies_of(tmp_path, "sinks: {collector: {to: otlp}, file: {to: log.jsonl}}\n")
    with policies.observe():
        for _ in range(3):
            policies.logger("app").warning("slow")
    assert [each["body"] for each in logs(tmp_path)] == ["slow"] * 3
    told = capsys.readouterr().err
    assert told.count("`collector` cannot write") == 1
    assert "pip install" in told


def test_what_is_said_while_nothing_is_open_goes_to_the_stdlib(tmp_path: Path, bare_root: logging.Logger) -> None:
    heard = io.StringIO()
    bare_root.addHandler(logging.StreamHandler(heard))
    policies = policies_of(tmp_path, FILE)
    policies.logger("app").warning("early", name="clashes")
    assert heard.getvalue() == "early\n"


def test_a_policy_that_is_off_does_nothing(tmp_path: Path) -> None:
    before = logging.Logger.callHandlers
    policies = policies_of(tmp_path, "mode: off\n" + FILE)
    with policies.observe():
        assert logging.Logger.callHandlers is before
        policies.logger("app").info("hello")
    assert not (tmp_path / "log.jsonl").exists()


def test_without_a_policy_it_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "bars.yaml").write_text(
        "peakguard: 1\nkind: contract\nname: bars\nversion: 1.0.0\ncolumns: {a: int64}\n"
    )
    import peakguard

    with pytest.raises(PeakguardError) as caught:
        peakguard.load(tmp_path).observe()
    assert caught.value.code == "PG2005"


def test_threads_and_tasks_keep_their_ids_apart(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, FILE)
    log = policies.logger("app")

    async def job(number: int) -> tuple[int, str]:
        with policies.run(f"job {number}") as run:
            await asyncio.sleep(0)
            log.info("at work", number=number)
            return number, run.run_id

    async def jobs(numbers: range) -> list[tuple[int, str]]:
        return await asyncio.gather(*map(job, numbers))

    with policies.observe(), ThreadPoolExecutor(8) as pool:
        parts = [pool.submit(asyncio.run, jobs(range(start, start + 100))) for start in range(0, 800, 100)]
        wanted = dict(each for part in parts for each in part.result())
    assert {each["attributes"]["number"]: each["run_id"] for each in logs(tmp_path)} == wanted
