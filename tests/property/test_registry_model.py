"""A registry against a model of it: whatever files, publications and rollbacks do, they agree at every step."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from peakguard.kinds.config.snapshot import digest_of_section
from peakguard.runtime.errors import ConfigError, PeakguardError
from tests.unit.config.desk import desk, write

good = st.integers(0, 100)
wrong = st.sampled_from(["101", "-1", '"5"', "1.5"])
"""What a published value stands in for; a file that is no TOML is refused whatever stands over it."""


class Model(RuleBasedStateMachine):
    """`text` stands in the file, `over` was published, `held` is a text that is passed over, `served` is seen."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.config = desk(self.root, limit=1)
        self.registry = self.config.registry()
        self.text = "1"
        self.over: int | None = None
        self.held: str | None = None
        self.served = 1
        self.generation = 1
        self.history: list[tuple[int, int, int | None]] = [(1, 1, None)]

    def teardown(self) -> None:
        self.registry.close()
        self.folder.cleanup()

    def value(self, over: int | None) -> int | None:
        """What the file says under a published limit; None where it is refused."""
        if self.text == "x":
            return None
        if over is not None:
            return over
        return int(self.text) if self.text.isdecimal() and int(self.text) <= 100 else None

    def take(self, value: int, over: int | None) -> bool:
        """The value is served from now on; whether it is another one."""
        self.over = over
        if value == self.served:
            return False
        self.served = value
        self.generation += 1
        self.history.append((self.generation, value, over))
        return True

    @rule(text=st.one_of(good.map(str), wrong, st.just("x")))
    def write(self, text: str) -> None:
        self.text = text
        write(self.root, text)

    @rule()
    def reload(self) -> None:
        state = self.registry.reload().state
        value = self.value(self.over)
        if self.text == self.held:
            assert state == "unchanged"
        elif value is None:
            assert state == "refused"
        else:
            self.held = None
            assert state == ("taken" if self.take(value, self.over) else "unchanged")

    @rule(limit=st.integers(-2, 102), late=st.booleans())
    def publish(self, limit: int, late: bool) -> None:
        expected = self.generation - 1 if late else self.generation
        if late or self.text == "x" or not 0 <= limit <= 100:
            with pytest.raises(PeakguardError):
                self.registry.publish({"risk": {"limit": limit}}, expected=expected)
            return
        assert self.registry.publish({"risk": {"limit": limit}}, expected=expected).config.risk.limit == limit
        self.held = None
        self.take(limit, limit)

    @rule()
    def publish_nothing(self) -> None:
        value = self.value(None)
        if value is None:
            with pytest.raises(ConfigError):
                self.registry.publish({}, expected=self.generation)
            return
        self.registry.publish({}, expected=self.generation)
        self.held = None
        self.take(value, None)

    @precondition(lambda self: len(self.history) > 1)
    @rule(data=st.data())
    def rollback(self, data: Any) -> None:
        generation, value, over = data.draw(st.sampled_from(self.history[-5:]))
        assert self.registry.rollback(generation).config.risk.limit == value
        self.held = self.text
        self.take(value, over)

    @rule()
    def restart(self) -> None:
        self.registry.close()
        self.registry = self.config.registry()
        value = self.value(self.over)
        if self.text != self.held and value is not None:
            self.held = None
            self.take(value, self.over)
        self.history = [(self.generation, self.served, self.over)]

    @invariant()
    def they_agree(self) -> None:
        snapshot = self.registry.current
        assert snapshot.config.risk.limit == self.served
        assert snapshot.generation == self.generation
        assert snapshot.digest == digest_of_section(snapshot.config)


Model.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestRegistry = Model.TestCase
