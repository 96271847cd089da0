"""Functions under a cache: by a decorator, and by a binding."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import peakguard
from peakguard.runtime.errors import ContractViolation, PeakguardError
from tests.unit.cache.made import CONTRACT, FRAME, project

PROGRAM = '''
import polars as pl
from pathlib import Path
calls = []

def load(symbol, day=1, *, source="a"):
    """What it says."""
    calls.append((symbol, day, source))
    if symbol == "broken":
        raise ConnectionError("no")
    return pl.DataFrame({"symbol": [symbol] * day, "close": [float(day)] * day, "volume": [day] * day})

async def load_async(symbol):
    return load(symbol)

class Feed:
    def __init__(self, name):
        self.name = name
    def load(self, symbol):
        return load(symbol, source=self.name)

def stepping(symbol):
    yield load(symbol)

def exported(frame, path):
    calls.append(path)
    Path(path).write_text("whole")
    return frame
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = "program_of_a_cache_test"
    (tmp_path / f"{name}.py").write_text(PROGRAM)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield name
    sys.modules.pop(name, None)


def bound(root: Path, text: str, settings: str = "ttl: 1h") -> Any:
    project(root, settings)
    (root / "policies" / "contract.yaml").write_text(CONTRACT.replace("LIMIT", "ge: -1"))
    head = "peakguard: 1\nkind: bindings\nname: program\nversion: 1.0.0\nbindings:\n"
    (root / "policies" / "program.yaml").write_text(head + text.replace("MODULE", "program_of_a_cache_test"))
    return peakguard.load(root)


def test_a_bound_function_is_called_once_for_its_arguments(tmp_path: Path, module: str) -> None:
    policies = bound(tmp_path, "  - {target: 'MODULE:load', cache: bars, trace: true}\n")
    with policies.attached():
        program: Any = __import__(module)
        for _ in range(3):
            assert program.load("AAPL").height == 1
        assert program.load("AAPL", 1, source="a").height == 1
        assert program.load(day=1, symbol="AAPL").height == 1
        assert program.load("AAPL", 2).height == 2
        assert program.calls == [("AAPL", 1, "a"), ("AAPL", 2, "a")]
        for _ in range(2):
            with pytest.raises(ConnectionError):
                program.load("broken")
    assert len(program.calls) == 4
    assert program.load("AAPL").height == 1
    assert len(program.calls) == 5, "the guard is off"


def test_the_key_may_be_named(tmp_path: Path, module: str) -> None:
    text = "  - {target: 'MODULE:Feed.load', cache: {policy: bars, key: [self.name, args.symbol]}}\n"
    with bound(tmp_path, text).attached():
        program: Any = __import__(module)
        for name in ("a", "b", "a"):
            program.Feed(name).load("AAPL")
        assert program.calls == [("AAPL", 1, "a"), ("AAPL", 1, "b")]


def test_a_whole_object_is_no_key(tmp_path: Path, module: str) -> None:
    with bound(tmp_path, "  - {target: 'MODULE:Feed.load', cache: bars}\n").attached():
        program: Any = __import__(module)
        with pytest.raises(PeakguardError) as caught:
            program.Feed("a").load("AAPL")
    assert caught.value.code == "PG2044"


def test_what_only_observes_calls_and_keeps(tmp_path: Path, module: str) -> None:
    targets = ("load", "Feed.load")
    text = "".join(f"  - {{target: 'MODULE:{name}', cache: bars, mode: observe}}\n" for name in targets)
    policies = bound(tmp_path, text)
    with policies.attached():
        program: Any = __import__(module)
        for _ in range(2):
            program.load("AAPL")
            program.Feed("a").load("MSFT")
        assert len(program.calls) == 4
    assert len(list(policies.cache("bars").entries())) == 2


def test_a_coroutine_is_awaited_once(tmp_path: Path, module: str) -> None:
    with bound(tmp_path, "  - {target: 'MODULE:load_async', cache: bars}\n").attached():
        program: Any = __import__(module)

        async def many() -> list[Any]:
            return await asyncio.gather(*(program.load_async("AAPL") for _ in range(30)))

        assert all(frame.equals(asyncio.run(many())[0]) for frame in asyncio.run(many()))
        assert len(program.calls) == 1


def test_a_generator_cannot_be_kept(tmp_path: Path, module: str) -> None:
    __import__(module)
    policies = bound(tmp_path, "  - {target: 'MODULE:stepping', cache: bars}\n")
    with pytest.raises(PeakguardError) as caught:
        policies.attach()
    assert caught.value.code == "PG2082"


def test_retries_are_inside_of_the_cache(tmp_path: Path, module: str) -> None:
    head = "peakguard: 1\nkind: resilience\nname: net\nversion: 1.0.0\npolicies:\n  feed:\n    idempotent: true\n"
    retry = "    retry: {max_attempts: 3, on: [ConnectionError], backoff: {initial: 1ms}}\n"
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "net.yaml").write_text(head + retry)
    policies = bound(tmp_path, "  - {target: 'MODULE:load', cache: bars, resilience: feed}\n")
    with policies.attached():
        program: Any = __import__(module)
        with pytest.raises(ConnectionError):
            program.load("broken")
        assert len(program.calls) == 3
        program.load("AAPL")
        program.load("AAPL")
        assert len(program.calls) == 4


def test_a_result_is_judged_once_and_again_when_its_contract_changes(tmp_path: Path, module: str) -> None:
    text = "  - {target: 'MODULE:load', cache: bars, returns: {contract: bars}}\n"
    policies = bound(tmp_path, text)
    program: Any = __import__(module)
    with policies.attached():
        program.load("AAPL", 3)
        program.load("AAPL", 3)
        assert len(program.calls) == 1
    (tmp_path / "policies" / "contract.yaml").write_text(CONTRACT.replace("LIMIT", "lt: 3"))
    with peakguard.load(tmp_path).attached(), pytest.raises(ContractViolation):
        program.load("AAPL", 3)
    assert len(program.calls) == 2, "what was kept under another contract is not given"


def test_a_parameter_that_a_layer_inside_replaces(tmp_path: Path, module: str) -> None:
    text = "  - {target: 'MODULE:exported', cache: {policy: bars, key: [args.path]}, writes: {path: args.path}}\n"
    target = tmp_path / "out.txt"
    with bound(tmp_path, text).attached():
        program: Any = __import__(module)
        for _ in range(2):
            assert program.exported(FRAME, str(target)).equals(FRAME)
    assert target.read_text() == "whole"
    assert len(program.calls) == 1
    assert program.calls != [str(target)], "it wrote beside the target"


def test_a_decorator_keeps_the_function_as_it_was(tmp_path: Path) -> None:
    policies, calls = project(tmp_path, "ttl: 1h"), []

    @policies.cached("bars", "args.symbol")
    def load(symbol: str, client: object = None) -> pl.DataFrame:
        """What it says."""
        calls.append((symbol, client))
        return FRAME

    assert (load.__name__, load.__doc__) == ("load", "What it says.")
    for client in (object(), object(), None):
        assert load("AAPL", client).equals(FRAME)
    assert [symbol for symbol, _ in calls] == ["AAPL"]
    with pytest.raises(PeakguardError) as caught:
        policies.cached("bars", "args.symbl")(load)
    assert caught.value.code == "PG2083"
    with pytest.raises(PeakguardError) as caught:
        policies.cached("bras")
    assert caught.value.code == "PG2005"


def test_two_functions_never_share_a_value(tmp_path: Path) -> None:
    policies = project(tmp_path, "ttl: 1h")

    class One:
        @staticmethod
        @policies.cached("bars")
        def load(symbol: str) -> pl.DataFrame:
            return pl.DataFrame({"one": [symbol]})

    class Two:
        @staticmethod
        @policies.cached("bars")
        def load(symbol: str) -> pl.DataFrame:
            return pl.DataFrame({"two": [symbol]})

    assert One.load("a").columns == ["one"]
    assert Two.load("a").columns == ["two"]


def test_a_closure_needs_a_key(tmp_path: Path) -> None:
    policies, exchange = project(tmp_path, "ttl: 1h"), "kraken"

    def load(symbol: str) -> pl.DataFrame:
        return pl.DataFrame({"exchange": [exchange], "symbol": [symbol]})

    with pytest.raises(PeakguardError) as caught:
        policies.cached("bars")(load)
    assert caught.value.code == "PG2082"
    assert policies.cached("bars", "args.symbol")(load)("AAPL").height == 1
