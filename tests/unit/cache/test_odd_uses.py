"""Uses that a review found to end in wrong or lost data: each once."""

from __future__ import annotations

import datetime as dt
import functools
import multiprocessing
import pickle
import shutil
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import peakguard
from peakguard.api.parquet_cache import ParquetCache
from peakguard.kinds.cache.cache import Cache
from peakguard.kinds.cache.key import encode
from peakguard.runtime.clock import REAL
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.layer import ORDER
from peakguard.runtime.policy_set import PolicySet
from tests.unit.cache.made import FRAME, Days, Feed, made, project


class Client:
    def __init__(self, name: str) -> None:
        self.name = name

    def load(self, symbol: str) -> pl.DataFrame:
        return pl.DataFrame({"of": [f"{self.name} {symbol}"]})

    __call__ = load


def load(exchange: str, symbol: str) -> pl.DataFrame:
    return Client(exchange).load(symbol)


def prefixed(prefix: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def inner(symbol: str) -> Any:
        return function(prefix, symbol)

    return inner


def counted(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator without a state of its own."""

    @functools.wraps(function)
    def inner(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return inner


@pytest.mark.parametrize(
    "function",
    [
        functools.partial(load, "kraken"),
        Client("kraken").load,
        Client("kraken"),
        lambda symbol: load("kraken", symbol),
        prefixed("kraken", load),
    ],
    ids=["partial", "method of an object", "object", "lambda", "decorator with a state"],
)
def test_what_shares_its_name_with_others_needs_a_key(tmp_path: Path, function: Any) -> None:
    with pytest.raises(PeakguardError) as caught:
        project(tmp_path, "ttl: 1h").cached("bars")(function)
    assert caught.value.code == "PG2082"


def test_a_decorator_without_a_state_is_no_closure(tmp_path: Path) -> None:
    assert project(tmp_path, "ttl: 1h").cached("bars")(counted(load))("kraken", "BTC").item() == "kraken BTC"


@pytest.mark.parametrize("path", ["symbol", "", "result.x", "args"])
def test_a_path_that_is_none_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(PeakguardError) as caught:
        project(tmp_path, "ttl: 1h").cached("bars", path)
    assert caught.value.code == "PG2083"


def test_a_lazy_frame_after_a_repair_is_of_the_whole_file(tmp_path: Path) -> None:
    cache = made(tmp_path, "verify: always")
    cache.put("k", FRAME)
    assert cache.scan("k") is not None
    path = Path(cache.store.layout.object(next(cache.entries()).digest))
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    with path.open("r+b") as file:
        file.write(data)
    assert cache.scan("k") is None, "it is damaged, and kept as evidence"
    cache.get_or_compute("k", lambda: FRAME)
    lazy = cache.scan("k")
    assert lazy is not None
    assert lazy.collect().equals(FRAME)


def test_a_remembered_failure_is_no_lazy_frame(tmp_path: Path) -> None:
    cache = made(tmp_path, "ttl: 1h, negative: {ttl: 5m, on: [LookupError]}")
    with pytest.raises(KeyError):
        cache.get_or_compute("k", Feed(KeyError("k")))
    assert cache.scan("k") is None


EASTERN = dt.timezone(dt.timedelta(hours=-5))


@pytest.mark.parametrize(
    "values",
    [
        [dt.date(2020, 1, 1), dt.datetime.fromisoformat("2020-01-01T15:30")],
        [dt.time(9, 30, tzinfo=EASTERN)],
        [{"x": 1}, {"y": 2}],
        [{"x": 1}, {"x": 1.5}],
        [{"x": [1]}],
        [np.array([1, None], object)],
        [np.array([1.0]), [2.0]],
        [Decimal("1.0"), Decimal("1.50")],
        [Decimal("NaN")],
        [bytearray(b"x")],
    ],
)
def test_objects_that_come_back_as_others_are_refused(tmp_path: Path, values: list[Any]) -> None:
    cache = made(tmp_path)
    cache.put("same schema", pd.DataFrame({"t": pd.Series([np.array([1.0]), None], dtype=object)}))
    with pytest.raises(PeakguardError) as caught:
        cache.put("k", pd.DataFrame({"t": pd.Series(values, dtype=object)}))
    assert caught.value.code == "PG2045"


@pytest.mark.parametrize("values", [[b"x", None], [dt.date(2020, 1, 1)], [{"x": 1}, {"x": 2}]])
def test_objects_that_come_back_are_kept(tmp_path: Path, values: list[Any]) -> None:
    cache, frame = made(tmp_path), pd.DataFrame({"t": pd.Series(values, dtype=object)})
    cache.put("k", frame)
    pd.testing.assert_frame_equal(cache.get("k"), frame)


class Sub(pd.DataFrame):  # type: ignore[misc] # pandas brings no types
    """A subclass."""


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(index=range(3)),
        pl.DataFrame(height=3),
        pa.table({"a": [1, 2]}).select([]),
        Sub({"a": [1]}),
        pa.table([pa.array([1, None])], schema=pa.schema([pa.field("a", pa.int64(), nullable=False)])),
    ],
    ids=["rows only, pandas", "rows only, polars", "rows only, arrow", "subclass", "nulls where none may be"],
)
def test_frames_that_would_lose_something_are_refused(tmp_path: Path, frame: Any) -> None:
    with pytest.raises(PeakguardError) as caught:
        made(tmp_path).put("k", frame)
    assert caught.value.code == "PG2045"


def test_columns_are_these_very_ones(tmp_path: Path) -> None:
    cache = made(tmp_path)
    cache.put("records", pl.DataFrame({"a": [{"x": 1}], "a.x": [2]}))
    assert cache.get("records", columns=["a.x"]).columns == ["a.x"]
    assert cache.get("records", columns={"a": 1}.keys()).columns == ["a"]
    cache.put("numbers", pd.DataFrame({0: [1], 1: [2]}))
    assert list(cache.get("numbers", columns=[1]).iloc[0]) == [2]
    with pytest.raises(TypeError):
        cache.get("records", columns="a")


def test_texts_of_halves_and_kinds_of_sets_are_keys_of_their_own() -> None:
    pairs = [("\ud83d\ude00", "\U0001f600"), ({1}, frozenset({1}))]
    assert all(encode("", one) != encode("", other) for one, other in pairs)


class Loud:
    def __repr__(self) -> str:
        raise RuntimeError("no text of me")


def test_what_cannot_be_shown_is_still_one_clear_error(tmp_path: Path) -> None:
    cache = made(tmp_path)
    with pytest.raises(PeakguardError) as caught:
        cache.put({"a": Loud()}, FRAME)
    assert caught.value.code == "PG2044"
    cache.put({10**5000: 1}, FRAME)
    assert cache.exists({10**5000: 1})


def test_a_failure_in_the_background_leaves_the_old_value(tmp_path: Path) -> None:
    days = Days()
    cache = made(tmp_path, "ttl: 1h, stale_while_revalidate: 1h, negative: {ttl: 5m, on: [LookupError]}", days)
    cache.put("k", FRAME)
    days.now += 3601
    feed = Feed(KeyError("gone"))
    for _ in range(3):
        assert cache.get_or_compute("k", feed).equals(FRAME)
        time.sleep(0.02)
    end = time.monotonic() + 5
    while cache.counts.get("refresh_failed", 0) < feed.calls and time.monotonic() < end:
        time.sleep(0.005)
    assert cache.counts["refresh_failed"] == feed.calls > 0


def test_a_slow_refresh_is_one_thread(tmp_path: Path) -> None:
    days, blocks = Days(), threading.Event()
    cache = made(tmp_path, "ttl: 1h, stale_while_revalidate: 1h", days)
    cache.put("k", FRAME)
    days.now += 3601

    def slow() -> pl.DataFrame:
        blocks.wait(10)
        return FRAME

    before = threading.active_count()
    for _ in range(50):
        cache.get_or_compute("k", slow)
    assert threading.active_count() <= before + 1
    blocks.set()


def test_a_folder_that_is_removed_is_made_again(tmp_path: Path) -> None:
    cache = made(tmp_path)
    cache.put("k", FRAME)
    shutil.rmtree(cache.folder)
    feed = Feed(FRAME)
    for _ in range(2):
        assert cache.get_or_compute("k", feed).equals(FRAME)
    assert feed.calls == 1
    assert made(tmp_path).get("k").equals(FRAME)


def test_a_value_of_the_future_may_stand_in(tmp_path: Path) -> None:
    days = Days()
    cache = made(tmp_path, "ttl: 1h, stale_if_error: 1d", days)
    cache.put("k", FRAME)
    days.now -= 100
    assert cache.get_or_compute("k", Feed(OSError("down"))).equals(FRAME)


def test_a_changed_contract_is_asked_of_columns_too(tmp_path: Path) -> None:
    made(tmp_path, "ttl: 1h", limit="ge: -1").put("k", FRAME)
    path = tmp_path / "policies" / "bars.yaml"
    text = path.read_text().replace("volume: int64", "volume: float64")
    path.write_text(text.replace("columns:", "coerce: true\ncolumns:"))
    policies = peakguard.load(tmp_path)
    cache = Cache(policies, policies.tables("cache")["caches"]["policies"]["bars"], "enforce", REAL, Days())
    assert cache.get("k", columns=["volume"]).schema == {"volume": pl.Float64}
    assert cache.get("k", columns=["volume"]).schema == {"volume": pl.Float64}


def test_evidence_stays_where_values_are_written_in_place(tmp_path: Path) -> None:
    cache = made(tmp_path, "durability: none, verify: always")
    cache.put("k", FRAME)
    path = Path(cache.store.layout.object(next(cache.entries()).digest))
    path.write_bytes(b"damaged" + path.read_bytes()[7:])
    damaged = path.read_bytes()
    assert cache.get_or_compute("k", lambda: FRAME).equals(FRAME)
    assert damaged in [each.read_bytes() for each in Path(cache.store.layout.quarantine).iterdir()]


def test_two_caches_of_one_name_are_two(tmp_path: Path) -> None:
    local, shared = ParquetCache(tmp_path / "local" / "bars").cache, ParquetCache(tmp_path / "shared" / "bars").cache
    local.get_or_compute("k", lambda: shared.get_or_compute("k", lambda: FRAME))
    assert shared.get("k").equals(FRAME)


def _asks(cache: Cache, done: Any) -> None:
    start = time.monotonic()
    cache.get_or_compute("k", lambda: pa.table({"a": [1]}))
    done.put(time.monotonic() - start)


def test_a_child_does_not_wait_for_what_its_parent_fetches(tmp_path: Path) -> None:
    cache, blocks, begun = made(tmp_path, "ttl: 1h, wait: 3s"), threading.Event(), threading.Event()

    def slow() -> pa.Table:
        begun.set()
        blocks.wait(20)
        return pa.table({"a": [2]})

    thread = threading.Thread(target=cache.get_or_compute, args=("other", slow))
    thread.start()
    begun.wait(5)
    context = multiprocessing.get_context("fork")
    done = context.Queue()
    child = context.Process(target=_asks, args=(cache, done))
    child.start()
    assert done.get(timeout=20) < 2
    child.join()
    blocks.set()
    thread.join()


def test_a_stand_in_is_not_kept() -> None:
    assert ORDER.index("fallback") < ORDER.index("cache") < ORDER.index("retry")


def test_a_policy_set_with_a_cache_can_be_pickled(tmp_path: Path) -> None:
    policies = project(tmp_path, "ttl: 1h")
    policies.cache("bars").put("k", FRAME)
    again: PolicySet = pickle.loads(pickle.dumps(policies))  # our own
    assert again.cache("bars").get("k").equals(FRAME)
