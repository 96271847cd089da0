"""What a cache gives, keeps, refuses and tells."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from jsonschema import Draft202012Validator

import peakguard
from peakguard.diagnostics import codes
from peakguard.kinds.cache.cache import Cache
from peakguard.render.events import event_schema
from peakguard.runtime import events, fsops
from peakguard.runtime.errors import ContractViolation, PeakguardError
from peakguard.runtime.event_form import plain
from peakguard.runtime.events import Event
from tests.unit.cache.made import FRAME, Days, Feed, made, project

HOUR = 3600.0
SCHEMA = Draft202012Validator(event_schema())


@pytest.fixture
def told() -> Iterator[list[Event]]:
    found: list[Event] = []
    undo = events.subscribe(found.append)
    yield found
    undo()
    assert [error.message for event in found for error in SCHEMA.iter_errors(plain(event))] == []


def names(told: list[Event]) -> list[str]:
    return [each.name for each in told]


def objects(cache: Cache) -> list[Path]:
    return sorted((Path(cache.folder) / "objects").iterdir())


def test_a_call_is_made_once_and_its_frame_is_given_again(tmp_path: Path) -> None:
    cache, feed = made(tmp_path), Feed(FRAME)
    for _ in range(3):
        assert cache.get_or_compute(("AAPL", 1), feed).equals(FRAME)
    assert feed.calls == 1
    assert made(tmp_path).get(("AAPL", 1)).equals(FRAME)
    assert made(tmp_path).get(("AAPL", 1.0)) is None
    assert cache.get(("AAPL", 1), columns=["close"]).equals(FRAME.select("close"))


@pytest.mark.parametrize("verify", ["always", "first_open", "sampled", "never"])
@pytest.mark.parametrize("compression", ["zstd", "snappy", "lz4", "none"])
def test_frames_come_back_as_what_they_were(tmp_path: Path, verify: str, compression: str) -> None:
    cache = made(tmp_path, f"verify: {verify}, compression: {compression}")
    index = pd.DatetimeIndex(["2026-01-01", "2026-01-02", "2026-01-05"], tz="America/New_York", name="time")
    pandas = FRAME.to_pandas().set_index(index).astype({"symbol": "category", "volume": "Int64"})
    arrow = FRAME.to_arrow().append_column("tag", pa.array(["a", "b", "a"]).dictionary_encode())
    cache.put("polars", FRAME)
    cache.put("pandas", pandas)
    cache.put("arrow", arrow)
    for _ in range(2):
        assert cache.get("polars").equals(FRAME)
        assert cache.get("arrow").equals(arrow)
        pd.testing.assert_frame_equal(cache.get("pandas"), pandas)
        pd.testing.assert_frame_equal(cache.get("pandas", columns=["close"]), pandas[["close"]])


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1},
        None,
        FRAME.lazy(),
        FRAME["close"],
        pd.DataFrame({"t": [(1, 2)]}),
        pd.DataFrame({"t": [1, "a"]}),
        pd.DataFrame({"t": pd.Series([1, None], dtype=object)}),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame({"t": pd.Categorical([3, 4])}),
        pa.table({"t": pa.array([1], pa.timestamp("s"))}),
        pl.DataFrame({"t": pl.Series([object()], dtype=pl.Object)}),
    ],
)
def test_what_would_come_back_as_another_is_refused(tmp_path: Path, value: object) -> None:
    cache = made(tmp_path)
    with pytest.raises(PeakguardError) as caught:
        cache.put("a", value)
    assert caught.value.code == "PG2045"
    with pytest.raises(PeakguardError):
        cache.get_or_compute("a", lambda: value)
    assert not cache.exists("a")


def test_an_old_value_is_fetched_anew(tmp_path: Path) -> None:
    days, feed = Days(), Feed(FRAME, FRAME.head(1))
    cache = made(tmp_path, "ttl: 1h", days)
    cache.get_or_compute("a", feed)
    days.now += HOUR - 1
    assert cache.get_or_compute("a", feed).equals(FRAME)
    days.now += 1
    assert not cache.exists("a")
    assert cache.get_or_compute("a", feed).equals(FRAME.head(1))


def test_without_a_ttl_a_value_is_never_old(tmp_path: Path) -> None:
    days = Days()
    cache = made(tmp_path, "durability: rename", days)
    cache.put("a", FRAME)
    days.now += 1e9
    assert cache.exists("a")


def test_a_value_of_the_future_counts_as_old_and_is_told(tmp_path: Path, told: list[Event]) -> None:
    days = Days()
    cache = made(tmp_path, "ttl: 1h, stale_if_error: 1d", days)
    cache.put("a", FRAME)
    days.now -= 1
    assert cache.exists("a"), "clocks may differ a little"
    days.now -= 60
    assert not cache.exists("a")
    assert told[-1].name == "cache_clock_behind"
    assert told[-1].fields["seconds"] == pytest.approx(61)


def test_an_old_value_stands_in_where_a_new_one_cannot_be_had(tmp_path: Path, told: list[Event]) -> None:
    days, feed = Days(), Feed(FRAME, ConnectionError("no"))
    cache = made(tmp_path, "ttl: 1h, stale_if_error: 1d", days)
    cache.get_or_compute("a", feed)
    days.now += HOUR + 1
    assert cache.get_or_compute("a", feed).equals(FRAME)
    assert feed.calls == 2
    assert [(e.name, e.fields["error_type"]) for e in told] == [("cache_stale", "builtins.ConnectionError")]
    assert told[0].fields["age"] == pytest.approx(HOUR + 1)
    days.now += 24 * HOUR
    with pytest.raises(ConnectionError):
        cache.get_or_compute("a", feed)


def test_an_old_value_is_given_at_once_while_a_new_one_is_fetched(tmp_path: Path, told: list[Event]) -> None:
    days, feed = Days(), Feed(FRAME, FRAME.head(1))
    cache = made(tmp_path, "ttl: 1h, stale_while_revalidate: 10m", days)
    cache.get_or_compute("a", feed)
    days.now += HOUR + 1
    assert cache.get_or_compute("a", feed).equals(FRAME)
    end = time.monotonic() + 10
    while not cache.exists("a") and time.monotonic() < end:
        time.sleep(0.005)
    assert cache.get("a").equals(FRAME.head(1))
    assert names(told) == ["cache_stale"]


def test_a_refresh_that_fails_is_told_and_tried_again(tmp_path: Path, told: list[Event]) -> None:
    days, feed = Days(), Feed(FRAME, OSError("down"), FRAME.head(2))
    cache = made(tmp_path, "ttl: 1h, stale_while_revalidate: 10m", days)
    cache.get_or_compute("a", feed)
    days.now += HOUR + 1
    cache.get_or_compute("a", feed)
    end = time.monotonic() + 10
    while "cache_refresh_failed" not in names(told) and time.monotonic() < end:
        time.sleep(0.005)
    while not cache.exists("a") and time.monotonic() < end:
        assert cache.get_or_compute("a", feed) is not None
        time.sleep(0.005)
    assert cache.get("a").equals(FRAME.head(2))


def test_failures_are_remembered_for_their_time(tmp_path: Path) -> None:
    days, feed = Days(), Feed(KeyError("AAPL", 7), FRAME)
    cache = made(tmp_path, "ttl: 1h, negative: {ttl: 5m, on: [LookupError]}", days)
    for each in (cache, cache, made(tmp_path, "ttl: 1h, negative: {ttl: 5m, on: [LookupError]}", days)):
        with pytest.raises(KeyError) as caught:
            each.get_or_compute("a", feed)
        assert caught.value.args == ("AAPL", 7)
    assert feed.calls == 1
    assert cache.get("a") is None
    assert not cache.exists("a")
    days.now += 301
    assert cache.get_or_compute("a", feed).equals(FRAME)


class Odd(LookupError):
    """Wants more than it keeps in its arguments."""

    def __init__(self, symbol: str, *, venue: str) -> None:
        super().__init__(symbol)
        self.venue = venue


class Told(LookupError):
    """Makes its text of its argument, and would make it twice."""

    def __init__(self, symbol: str) -> None:
        super().__init__(f"no symbol {symbol}")


@pytest.mark.parametrize("error", [Odd("AAPL", venue="X"), Told("AAPL"), KeyError(("a", 1))])
def test_an_exception_that_would_not_come_back_is_not_remembered(tmp_path: Path, error: Exception) -> None:
    cache, feed = made(tmp_path, "ttl: 1h, negative: {ttl: 5m, on: [LookupError]}"), Feed(error)
    for _ in range(2):
        with pytest.raises(type(error)) as caught:
            cache.get_or_compute("a", feed)
        assert caught.value is error
    assert feed.calls == 2


def test_an_exception_whose_class_is_not_loaded_is_told_in_words(tmp_path: Path) -> None:
    settings = "ttl: 1h, negative: {ttl: 5m, on: [LookupError]}"
    cache = made(tmp_path, settings)
    with pytest.raises(KeyError):
        cache.get_or_compute("a", Feed(KeyError("AAPL")))
    pointer = next(cache.entries())
    record = b'{"args": ["AAPL"], "class": "gone.away:NotListed", "text": "no AAPL"}'
    cache.store.put(pointer.key, record, pointer.meta)
    with pytest.raises(PeakguardError) as caught:
        cache.get_or_compute("a", Feed(FRAME))
    assert caught.value.code == "PG2046"
    assert caught.value.context["error"] == "gone.away:NotListed"


def test_other_failures_are_not_remembered(tmp_path: Path) -> None:
    feed = Feed(OSError("down"), FRAME)
    cache = made(tmp_path, "ttl: 1h, negative: {ttl: 5m, on: [LookupError]}")
    with pytest.raises(OSError, match="down"):
        cache.get_or_compute("a", feed)
    assert cache.get_or_compute("a", feed).equals(FRAME)


def test_an_empty_frame_may_be_kept_for_less_long(tmp_path: Path) -> None:
    days, feed = Days(), Feed(FRAME.clear(), FRAME)
    cache = made(tmp_path, "ttl: 1h, negative: {ttl: 5m, empty: true}", days)
    assert cache.get_or_compute("a", feed).is_empty()
    days.now += 299
    assert cache.get_or_compute("a", feed).is_empty()
    days.now += 2
    assert cache.get_or_compute("a", feed).equals(FRAME)


def test_a_contract_is_asked_once_and_again_when_it_changes(tmp_path: Path, told: list[Event]) -> None:
    feed = Feed(FRAME, FRAME.with_columns(close=1.0))
    first = made(tmp_path, "ttl: 1h", limit="ge: -1")
    assert first.get_or_compute("a", feed).equals(FRAME)
    generation = next(first.entries()).generation
    looser = made(tmp_path, "ttl: 1h", limit="ge: -2")
    assert looser.get_or_compute("a", feed).equals(FRAME)
    assert [(e.name, e.fields["passed"]) for e in told] == [("cache_revalidated", True)]
    assert next(first.entries()).generation == generation + 1
    told.clear()
    assert looser.get_or_compute("a", feed).equals(FRAME)
    assert told == []
    narrow = made(tmp_path, "ttl: 1h", limit="gt: 0")
    assert narrow.get_or_compute("a", feed)["close"].to_list() == [1.0, 1.0, 1.0]
    assert [e.fields.get("passed") for e in told if e.name == "cache_revalidated"] == [False, False]
    assert feed.calls == 2


def test_data_that_break_the_contract_are_not_kept(tmp_path: Path) -> None:
    cache, feed = made(tmp_path, "ttl: 1h", limit="gt: 0"), Feed(FRAME)
    for _ in range(2):
        with pytest.raises(ContractViolation):
            cache.get_or_compute("a", feed)
    assert feed.calls == 2
    with pytest.raises(ContractViolation):
        cache.put("a", FRAME)
    assert not cache.exists("a")


def test_an_old_value_stands_in_for_data_that_break_the_contract(tmp_path: Path) -> None:
    days, good = Days(), FRAME.with_columns(close=1.0)
    cache, feed = made(tmp_path, "ttl: 1h, stale_if_error: 1d", days, limit="gt: 0"), Feed(good, FRAME)
    cache.get_or_compute("a", feed)
    days.now += HOUR
    assert cache.get_or_compute("a", feed).equals(good)


def test_a_damaged_value_is_kept_as_evidence_and_fetched_again(tmp_path: Path, told: list[Event]) -> None:
    cache, feed = made(tmp_path, "verify: always"), Feed(FRAME)
    cache.get_or_compute("a", feed)
    data = bytearray(objects(cache)[0].read_bytes())
    data[len(data) // 2] ^= 1
    objects(cache)[0].write_bytes(data)
    assert cache.get_or_compute("a", feed).equals(FRAME)
    assert names(told) == ["object_damaged", "object_damaged", "cache_repaired"]
    assert feed.calls == 2
    kept = [each for each in (Path(cache.folder) / "quarantine").iterdir() if not each.name.endswith(".reason")]
    assert [each.read_bytes() for each in kept] == [bytes(data)]
    assert cache.get("a").equals(FRAME)


def test_a_damaged_value_may_be_an_error(tmp_path: Path) -> None:
    cache, feed = made(tmp_path, "verify: always, on_corrupt: raise"), Feed(FRAME)
    cache.get_or_compute("a", feed)
    objects(cache)[0].write_bytes(b"PAR1")
    with pytest.raises(PeakguardError) as caught:
        cache.get_or_compute("a", feed)
    assert caught.value.code == codes.STORE_DAMAGED


@pytest.mark.parametrize("settings", ["max_entries: 5", "max_size: 6KiB"])
def test_those_not_used_for_longest_go_first(tmp_path: Path, told: list[Event], settings: str) -> None:
    cache = made(tmp_path, settings)
    for number in range(5):
        cache.put(number, FRAME.with_columns(volume=number))
    past = time.time() - 1000
    for number in range(5):  # 0 is the youngest
        os.utime(cache.store.layout.pointer(f'["",["int","{number}"]]'), (past - number, past - number))
    assert cache.get(4) is not None
    for number in range(5, 8):
        cache.put(number, FRAME.with_columns(volume=number))
    there = [number for number in range(8) if cache.exists(number)]
    assert len(there) <= 5
    assert 7 in there
    assert 4 in there, "it was used"
    assert 3 not in there
    assert "cache_evicted" in names(told)


def test_a_value_larger_than_the_bound_stays_alone(tmp_path: Path) -> None:
    cache = made(tmp_path, "max_size: 1B")
    cache.put(1, FRAME)
    cache.put(2, FRAME.head(1))
    assert cache.exists(2)
    assert not cache.exists(1)


def test_a_lazy_frame_outlives_its_key(tmp_path: Path) -> None:
    cache = made(tmp_path)
    assert cache.scan("a") is None
    cache.put("a", FRAME)
    lazy = cache.scan("a")
    assert lazy is not None
    cache.remove("a")
    cache.store.collect(grace=0)
    assert objects(cache) == []
    assert lazy.filter(pl.col("volume") > 1).collect().equals(FRAME.filter(pl.col("volume") > 1))
    program = (
        "import sys, peakguard; c = peakguard.load(sys.argv[1]).cache('bars'); c.put('b', c.get('b') if c.exists('b') "
        "else __import__('polars').DataFrame({'a': [1]})); print(c.scan('b').collect().height)"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True)
        assert done.stdout == "1\n"
    cache.store.collect()
    leases = [each for each in os.listdir(cache.store.layout.tmp) if f"-{os.getpid():x}-" not in each]
    assert leases == [], "those of processes that are gone are swept"


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    cache = made(tmp_path)
    cache.put("a", FRAME)
    with pytest.raises(PeakguardError) as caught:
        cache.get("a", columns=["clsoe"])
    assert caught.value.code == "PG2047"
    assert "Did you mean `close`" in str(caught.value.context["suggestion"])


def test_events_tell_no_values_of_keys(tmp_path: Path, told: list[Event]) -> None:
    days, feed = Days(), Feed(FRAME, FRAME, OSError("hunter2"))
    cache = made(tmp_path, "ttl: 1h, stale_if_error: 1d, verify: always", days)
    cache.get_or_compute(("token", "hunter2"), feed)
    objects(cache)[0].write_bytes(b"")
    cache.get_or_compute(("token", "hunter2"), feed)
    days.now += HOUR
    cache.get_or_compute(("token", "hunter2"), feed)
    assert {"object_damaged", "cache_repaired", "cache_stale"} <= set(names(told))
    assert "hunter2" not in json.dumps([each.fields for each in told])


def test_keys_are_forgotten_one_by_one_or_all(tmp_path: Path) -> None:
    cache = made(tmp_path)
    for key in ("a", "b", "c"):
        cache.put(key, FRAME)
    assert cache.remove("a")
    assert not cache.remove("a")
    assert cache.clear() == 2
    assert list(cache.entries()) == []


def test_a_folder_that_cannot_be_written_does_not_stop_the_call(tmp_path: Path, told: list[Event]) -> None:
    cache, feed = made(tmp_path), Feed(FRAME)
    Path(cache.folder).parent.mkdir(parents=True)
    Path(cache.folder).parent.chmod(0o500)
    if os.getuid() == 0:  # whom no mode stops
        Path(cache.folder).parent.rmdir()
        Path(cache.folder).parent.write_text("a file in place of the folder")
    assert cache.get_or_compute("a", feed).equals(FRAME)
    assert cache.get_or_compute("a", feed).equals(FRAME)
    assert {(e.name, e.fields["code"]) for e in told} == {("cache_failed", codes.STORE_REFUSED)}
    with pytest.raises(PeakguardError) as caught:
        cache.put("a", FRAME)
    assert caught.value.code == codes.STORE_REFUSED


class FullDisk:
    """The system, on whose disk no byte fits."""

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)

    def write(self, _: int, __: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_costs_the_cache_and_not_the_call(
    tmp_path: Path, told: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, feed = made(tmp_path), Feed(FRAME.head(1))
    cache.put("old", FRAME)
    monkeypatch.setattr(fsops, "system", FullDisk())
    assert cache.get_or_compute("new", feed).equals(FRAME.head(1))
    assert [(e.name, e.fields["does"], e.fields["code"]) for e in told] == [("cache_failed", "write", "PG2040")]
    with pytest.raises(PeakguardError) as caught:
        cache.put("old", FRAME.head(2))
    assert caught.value.code == codes.STORE_REFUSED
    assert cache.get("old").equals(FRAME)
    monkeypatch.undo()
    assert list(Path(cache.store.layout.tmp).iterdir()) == []
    assert cache.get_or_compute("new", feed).equals(FRAME.head(1))
    assert feed.calls == 2


def test_a_folder_of_a_newer_release_is_an_error_at_once(tmp_path: Path) -> None:
    from peakguard.runtime.store.sealed import seal

    policies = project(tmp_path, "ttl: 1h")
    folder = tmp_path / ".peakguard" / "caches" / "bars"
    folder.mkdir(parents=True)
    (folder / "format").write_bytes(seal({"peakguard_store": 99}))
    with pytest.raises(PeakguardError) as caught:
        policies.cache("bars")
    assert caught.value.code == codes.STORE_NEWER


def test_a_fetch_that_asks_for_its_own_key_does_not_wait_for_itself(tmp_path: Path) -> None:
    cache, calls = made(tmp_path), []

    def fetch() -> pl.DataFrame:
        calls.append(1)
        if len(calls) == 1:
            frame: pl.DataFrame = cache.get_or_compute("a", fetch)
            return frame
        return FRAME

    start = time.monotonic()
    assert cache.get_or_compute("a", fetch).equals(FRAME)
    assert time.monotonic() - start < 5
    assert len(calls) == 2


def test_a_key_in_any_characters_and_of_any_length(tmp_path: Path) -> None:
    cache = made(tmp_path)
    keys = ["x" * 10_000, "\ud800 lone", "ünï/../\0", "", "\n", ("a", ("b",)), {"b": [1, 2.5, None], "a": b"\xff"}]
    for place, key in enumerate(keys):
        cache.put(key, FRAME.with_columns(volume=place))
    for place, key in enumerate(keys):
        assert cache.get(key)["volume"].to_list() == [place] * 3
    assert len(list(cache.entries())) == len(keys)


def test_modes_that_do_not_act(tmp_path: Path) -> None:
    feed = Feed(FRAME)
    watching = made(tmp_path, "ttl: 1h, mode: observe")
    for _ in range(2):
        watching.get_or_compute("a", feed)
    assert feed.calls == 2
    assert watching.counts["hits"] == 1
    off = made(tmp_path, "ttl: 1h, mode: 'off'")
    off.get_or_compute("b", feed)
    assert feed.calls == 3
    assert not watching.exists("b")


def test_a_pointer_says_where_a_value_is_from(tmp_path: Path) -> None:
    cache = made(tmp_path, "ttl: 1h", limit="ge: -1")
    with peakguard.run() as run:
        cache.get_or_compute(("AAPL", 1), Feed(FRAME))
    meta = json.loads(json.dumps(next(cache.entries()).meta))
    assert (meta["form"], meta["rows"], meta["run_id"]) == ("polars", 3, str(run.run_id))
    assert meta["shown"] == "('AAPL', 1)"
    assert (meta["judged"]["contract"], meta["judged"]["version"]) == ("bars", "1.0.0")
