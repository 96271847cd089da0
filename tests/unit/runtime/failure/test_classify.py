"""Foreign exceptions under the codes of a catalog: the most specific entry counts, and nothing else changes."""

from __future__ import annotations

import asyncio
import errno
import gc
import io
import subprocess
import sys
import types
import urllib.error
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.failure.failure import failure_of
from peakguard.runtime.failure.matching import status_of
from peakguard.runtime.pattern import finder
from peakguard.runtime.policy_set import PolicySet
from tests.unit.runtime.failure.catalog import CATALOG, policies


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> PolicySet:
    return policies(tmp_path_factory.mktemp("shop"))


class Answered(Exception):
    """As httpx and requests do it: the status is that of the response."""

    def __init__(self, status: Any) -> None:
        super().__init__(f"status {status}")
        self.response = SimpleNamespace(status_code=status)


class Refused(ConnectionError):
    """A connection fault with a status of its own."""

    status = 429


def http_error(status: int) -> urllib.error.HTTPError:
    return urllib.error.HTTPError("http://x", status, "no", {}, io.BytesIO())  # type: ignore[arg-type] # no headers


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Answered(429), "SH-3002"),
        (Answered(503), "SH-3001"),
        (Answered(404), None),
        (Answered("429"), None),
        (http_error(429), "SH-3002"),
        (http_error(502), "SH-3001"),
        (Refused(), "SH-3002"),
        (ConnectionResetError("reset"), "SH-3001"),
        (OSError(errno.ENOSPC, "full"), "SH-3003"),
        (OSError(errno.EACCES, "denied"), "SH-3004"),
        (OSError("Too many open files"), "SH-3002"),
        (FileNotFoundError("too many"), "SH-3002"),
        (RuntimeError("too many"), None),
        (ValueError("x"), None),
    ],
    ids=repr,
)
def test_the_most_specific_entry_counts(shop: PolicySet, error: BaseException, code: str | None) -> None:
    failure = shop.classify(error)
    assert (failure.code if failure is not None else None) == code
    assert failure_of(error) == failure


def test_a_class_is_found_where_its_package_shows_it_and_where_it_lives(tmp_path: Path) -> None:
    shop = policies(tmp_path)

    class RateLimited(Exception):
        pass

    assert shop.classify(RateLimited()) is None
    shown = types.ModuleType("shopclient.errors")
    shown.RateLimited = RateLimited  # type: ignore[attr-defined] # a module made by hand
    sys.modules["shopclient.errors"] = shown
    try:
        failure = shop.classify(RateLimited())
        assert failure is not None
        assert (failure.code, failure.matched) == ("SH-3002", "shopclient.errors:RateLimited")
    finally:
        del sys.modules["shopclient.errors"]
    lives = type("RateLimited", (Exception,), {"__module__": "shopclient.errors", "__qualname__": "RateLimited"})
    below = type("Harder", (lives,), {})
    assert [each and each.code for each in map(shop.classify, (lives(), below()))] == ["SH-3002", "SH-3002"]


def test_it_stays_what_it_is_and_says_what_it_is(shop: PolicySet) -> None:
    with pytest.raises(ConnectionResetError) as found, shop.classified(provider="kraken"):
        raise ConnectionResetError(104, "reset")
    error = found.value
    assert (error.errno, type(error)) == (104, ConnectionResetError)
    assert failure_of(error) == error.peakguard  # type: ignore[attr-defined] # what classification adds
    assert len(error.__notes__) == 1
    assert "SH-3001" in error.__notes__[0]


def test_it_is_classified_once(shop: PolicySet) -> None:
    error = Answered(429)
    first = shop.classify(error, provider="kraken")
    assert first is not None
    assert first.hints == ("Ask kraken for more",)
    assert shop.classify(error) is first
    assert len(error.__notes__) == 1


def test_an_error_of_the_catalog_is_itself(shop: PolicySet) -> None:
    error = shop.error("SH-1003")
    failure = shop.classify(error)
    assert failure is not None
    assert (failure.code, failure.matched) == ("SH-1003", None)
    assert not hasattr(error, "__notes__")


def test_every_member_of_a_group_is_classified(shop: PolicySet) -> None:
    inner = ExceptionGroup("inner", [Answered(503), ValueError("x")])
    group = ExceptionGroup("outer", [Answered(429), inner])
    assert shop.classify(group) is None
    found = [failure_of(each) for each in (group.exceptions[0], *inner.exceptions)]
    assert [each and each.code for each in found] == ["SH-3002", "SH-3001", None]


def test_functions_and_coroutines(shop: PolicySet) -> None:
    @shop.classified(provider="kraken")
    def fetch(status: int) -> int:
        if status != 200:
            raise Answered(status)
        return status

    @shop.classified()
    async def fetch_later(status: int) -> int:
        await asyncio.sleep(0)
        return fetch(status)

    assert (fetch(200), asyncio.run(fetch_later(200)), fetch.__name__) == (200, 200, "fetch")
    for is_async in (False, True):
        with pytest.raises(Answered) as found:
            _ = asyncio.run(fetch_later(503)) if is_async else fetch(503)
        failure = failure_of(found.value)
        assert failure is not None
        assert (failure.code, failure.context) == ("SH-3001", {"provider": "kraken"})


class Sealed(Exception):
    """An exception that takes no attribute, and whose properties raise."""

    __slots__ = ()

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(name)

    @property
    def response(self) -> Any:
        raise RuntimeError("no response")

    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_a_difficult_exception_passes_as_it_is(shop: PolicySet) -> None:
    with pytest.raises(Sealed), shop.classified():
        raise Sealed
    assert status_of(Sealed()) is None


def test_control_flow_passes_untouched(shop: PolicySet) -> None:
    for error in (KeyboardInterrupt(), SystemExit(3), GeneratorExit()):
        with pytest.raises(type(error)), shop.classified():
            raise error
        assert failure_of(error) is None


def test_nothing_is_made_while_nothing_is_raised(shop: PolicySet) -> None:
    guard = shop.classified(provider="kraken")
    with guard:
        pass
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(1000):
        with guard:
            pass
    assert len(gc.get_objects()) - before < 100


def test_a_message_is_searched_without_backtracking() -> None:
    text = "a" * 1000
    assert not finder("(?:a|aa)+b")(text)
    assert not finder("(?:a*)*b")(text)
    assert finder("too (?:many|few)")("sorry, too few")


SCRIPT = """\
import atexit, sys, threading, peakguard
policies = peakguard.load()
hooks = policies.install_excepthook()
atexit.register(print, "at exit")
def die():
    raise policies.error("SH-1003")
match sys.argv[1]:
    case "own": die()
    case "foreign": raise ConnectionResetError(104, "reset")
    case "other": raise LookupError("x")
    case "exit": sys.exit(4)
    case "undone": hooks.undo(); die()
    case "thread":
        thread = threading.Thread(target=die); thread.start(); thread.join()
    case "closed": sys.stderr.close(); die()
"""


@pytest.mark.parametrize(
    ("how", "code", "shows"),
    [
        ("own", 7, "SH-1003 bare"),
        ("foreign", 75, "SH-3001 unavailable"),
        ("other", 1, None),
        ("exit", 4, None),
        ("undone", 1, None),
        ("thread", 0, "SH-1003 bare"),
        ("closed", 7, None),
    ],
)
def test_how_a_program_dies(tmp_path: Path, how: str, code: int, shows: str | None) -> None:
    policies(tmp_path)
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT, how], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout) == (code, "at exit\n")
    assert ("peakguard explain" in found.stderr) == (shows is not None)
    assert shows is None or shows in found.stderr
    if how in ("own", "foreign", "other", "thread", "undone"):
        assert "Traceback" in found.stderr


def test_a_pattern_that_needs_another_engine_says_so_when_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    finder.cache_clear()
    try:
        with pytest.raises(PeakguardError) as missing:
            finder("(?:a*)*c")
        assert missing.value.code == codes.EXTRA_MISSING
    finally:
        finder.cache_clear()
    assert CATALOG.count("message: '[Tt]oo many'") == 1
    assert policies(tmp_path).classify(OSError("too many")) is not None
