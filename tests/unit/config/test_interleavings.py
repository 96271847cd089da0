"""Every order of the steps of three threads at the seam of a registry: read, derive, keep, swap."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from peakguard.kinds.config.registry import Registry
from peakguard.kinds.config.runtime import Config
from peakguard.kinds.config.snapshot import Snapshot, digest_of_section
from peakguard.runtime.errors import PeakguardError
from tests.unit.config.desk import desk, write
from tests.unit.config.schedules import Player, schedules


class Stepped(Registry):
    """A registry that stops ahead of each step that another thread could see."""

    player: Player

    def _derive(self, record: Any) -> Any:
        self.player.pause()
        return super()._derive(record)

    def _keep(self, *given: Any) -> None:
        self.player.pause()
        super()._keep(*given)

    def _swap(self, state: Any) -> None:
        self.player.pause()
        super()._swap(state)


def stepped(config: Config, player: Player) -> Stepped:
    Stepped.player = player
    return Stepped(config, lock=player)


def reader(registry: Registry, player: Player, seen: list[Snapshot]) -> Callable[[], None]:
    def read() -> None:
        seen.append(registry.current)
        player.pause()
        seen.append(registry.current)

    return read


def fresh(config: Config) -> None:
    rmtree(Path(config.root) / ".peakguard" / "config" / "kept", ignore_errors=True)
    write(Path(config.root), 1)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    # What is asked here is the order of steps in one process: not whether the disk keeps them, nor what others do.
    monkeypatch.setattr("peakguard.kinds.config.last_good.locked", lambda _: nullcontext())
    monkeypatch.setattr("peakguard.runtime.fsops.os.fsync", lambda _: None)
    return desk(tmp_path)


def test_two_publications_and_a_reader(config: Config) -> None:
    """Exactly one of two that expect the same generation is taken, and readers see whole generations, in order."""
    winners = []
    for player in schedules(lambda player: _publish_both(config, player)):
        assert player.errors == []
        winners.append(player.result)  # type: ignore[attr-defined] # put there by the play
    assert len(winners) >= 100
    assert set(winners) == {10, 20}


def _publish_both(config: Config, player: Player) -> None:
    fresh(config)
    registry = stepped(config, player)
    outcomes: list[int] = []
    seen: list[Snapshot] = []

    def publish(limit: int) -> None:
        with suppress(PeakguardError):
            outcomes.append(registry.publish({"risk": {"limit": limit}}, expected=1).config.risk.limit)

    player.play([lambda: publish(10), lambda: publish(20), reader(registry, player, seen)])
    assert len(outcomes) == 1
    assert registry.current.generation == 2
    assert registry.current.config.risk.limit == outcomes[0]
    _check_seen(seen, {1, outcomes[0]})
    player.result = outcomes[0]  # type: ignore[attr-defined] # for whoever counts


def test_a_reload_a_rollback_and_a_reader(config: Config) -> None:
    ends = set()
    count = 0
    for player in schedules(lambda player: _reload_and_rollback(config, player)):
        assert player.errors == []
        ends.add(player.result)  # type: ignore[attr-defined] # put there by the play
        count += 1
    assert count >= 100
    assert ends == {1}


def _reload_and_rollback(config: Config, player: Player) -> None:
    fresh(config)
    registry = stepped(config, player)
    write(Path(config.root), 5)
    registry.reload()
    write(Path(config.root), 7)
    seen: list[Snapshot] = []
    player.play([registry.reload, lambda: registry.rollback(1), reader(registry, player, seen)])
    _check_seen(seen, {1, 5, 7})
    # Either the reload came first and was rolled back, or the rollback holds the files that it saw.
    player.result = registry.current.config.risk.limit  # type: ignore[attr-defined] # for whoever looks


def test_a_broken_file_a_good_one_and_a_reader(config: Config) -> None:
    for player in schedules(lambda player: _break_and_mend(config, player)):
        assert player.errors == []


def _break_and_mend(config: Config, player: Player) -> None:
    fresh(config)
    registry = stepped(config, player)
    root = Path(config.root)
    seen: list[Snapshot] = []

    def mend() -> None:
        write(root, 5)
        assert registry.reload().state in ("taken", "unchanged")

    write(root, "broken")
    player.play([registry.reload, mend, reader(registry, player, seen)])
    _check_seen(seen, {1, 5})
    assert registry.current.config.risk.limit == 5
    assert registry.status.cause == ""


def _check_seen(seen: list[Snapshot], allowed: set[int]) -> None:
    generations = [snapshot.generation for snapshot in seen]
    assert generations == sorted(generations)
    for snapshot in seen:
        assert snapshot.digest == digest_of_section(snapshot.config)
        assert snapshot.config.risk.limit in allowed
