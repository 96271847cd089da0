"""A cache against a model of it: puts, gets, time, removals, damage and other processes, in any order."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from peakguard.kinds.cache.cache import Cache
from tests.unit.cache.made import Days, Feed, made

TTL, SPARE = 100.0, 1000.0
KEYS = st.sampled_from(["a", ("a",), 1, 1.0, True])
SETTINGS = "ttl: 100s, stale_if_error: 1000s, durability: rename, verify: first_open"


def frame(number: int) -> pl.DataFrame:
    return pl.DataFrame({"n": [number, None], "f": [number / 3, float("nan")]})


class Model(RuleBasedStateMachine):
    """`values` has for each key, with its type, the number that was put and when; `broken` are those damaged."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.days = Days()
        self.cache = self.opened()
        self.values: dict[tuple[type, object], tuple[int, float]] = {}
        self.broken: set[tuple[type, object]] = set()
        self.number = 0

    def opened(self) -> Cache:
        """The cache as another process has it."""
        return made(Path(self.folder.name), SETTINGS, self.days)

    def teardown(self) -> None:
        self.folder.cleanup()

    def name(self, key: object) -> tuple[type, object]:
        return type(key), key

    def age(self, key: object) -> float | None:
        """Seconds since the value was put; None where there is none that can be read."""
        found = self.values.get(self.name(key))
        return None if found is None or self.name(key) in self.broken else self.days.now - found[1]

    def put_into_model(self, key: object) -> int:
        self.number += 1
        self.values[self.name(key)] = (self.number, self.days.now)
        self.broken.discard(self.name(key))
        return self.number

    @rule(key=KEYS)
    def put(self, key: object) -> None:
        self.cache.put(key, frame(self.put_into_model(key)))

    @rule(key=KEYS)
    def get(self, key: object) -> None:
        age, found = self.age(key), self.cache.get(key)
        if age is None or age >= TTL:
            assert found is None
        else:
            assert found.equals(frame(self.values[self.name(key)][0]))

    @rule(key=KEYS)
    def compute(self, key: object) -> None:
        age = self.age(key)
        feed = Feed(frame(self.number + 1))
        found = self.cache.get_or_compute(key, feed)
        is_hit = age is not None and age < TTL
        assert feed.calls == (not is_hit)
        expected = self.values[self.name(key)][0] if is_hit else self.put_into_model(key)
        assert found.equals(frame(expected))

    @rule(key=KEYS)
    def fail(self, key: object) -> None:
        age = self.age(key)
        try:
            found = self.cache.get_or_compute(key, Feed(OSError("down")))
        except OSError:
            assert age is None or age >= TTL + SPARE
        else:
            assert age is not None
            assert age < TTL + SPARE
            assert found.equals(frame(self.values[self.name(key)][0]))

    @rule(key=KEYS)
    def remove(self, key: object) -> None:
        assert self.cache.remove(key) == (self.name(key) in self.values)
        self.values.pop(self.name(key), None)
        self.broken.discard(self.name(key))

    @rule(key=KEYS, place=st.floats(0, 0.999))
    def damage(self, key: object, place: float) -> None:
        if self.name(key) not in self.values or self.name(key) in self.broken:
            return
        pointer = next(each for each in self.cache.entries() if each.meta["shown"] == repr(key))
        path = Path(self.cache.store.layout.object(pointer.digest))
        data = bytearray(path.read_bytes())
        data[int(len(data) * place)] ^= 1
        path.write_bytes(data)
        self.broken.add(self.name(key))

    @rule(seconds=st.sampled_from([1.0, 60.0, 99.0, 500.0, 5000.0]))
    def wait(self, seconds: float) -> None:
        self.days.now += seconds

    @rule()
    def open_elsewhere(self) -> None:
        self.cache = self.opened()

    @rule()
    def collect(self) -> None:
        self.cache.store.collect(grace=0)

    @invariant()
    def every_key_has_its_pointer(self) -> None:
        assert len(list(self.cache.entries())) == len(self.values)


TestCache = Model.TestCase
TestCache.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
