"""Files that change are taken without being asked for, however they are written."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from peakguard.kinds.config import watching
from peakguard.kinds.config.registry import Registry
from peakguard.kinds.config.snapshot import Reload
from peakguard.runtime.errors import PeakguardError
from tests.unit.config.desk import desk, write


def wait_for(limit: int, registry: Registry) -> None:
    end = time.monotonic() + 10
    while registry.current.config.risk.limit != limit:
        assert time.monotonic() < end, registry.status
        time.sleep(0.01)


def in_place(root: Path, limit: int) -> None:
    (root / "config.toml").write_text(f"[risk]\nlimit = {limit}\n")


def of_the_same_size_and_time(root: Path, limit: int) -> None:
    before = (root / "config.toml").stat()
    write(root, limit)
    os.utime(root / "config.toml", ns=(before.st_atime_ns, before.st_mtime_ns))


def by_a_link(root: Path, limit: int) -> None:
    """As Kubernetes does it: `config.toml -> ..data/config.toml`, `..data -> ..FOLDER`, and the link is swapped."""
    folder = root / f"..{limit}"
    folder.mkdir()
    (folder / "config.toml").write_text(f"[risk]\nlimit = {limit}\n")
    (root / "..new").symlink_to(folder.name)
    (root / "..new").replace(root / "..data")
    if not (root / "config.toml").is_symlink():
        (root / "config.toml").unlink()
        (root / "config.toml").symlink_to("..data/config.toml")


@pytest.mark.parametrize("library", [True, False], ids=["watchfiles", "stat alone"])
@pytest.mark.parametrize("change", [write, in_place, of_the_same_size_and_time, by_a_link])
def test_a_change_is_taken(
    change: Callable[[Path, int], None], library: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not library:
        monkeypatch.setattr(watching, "find_spec", lambda _: None)
    with desk(tmp_path).registry() as registry:
        registry.watch(interval=0.05)
        for limit in (2, 3):
            change(tmp_path, limit)
            wait_for(limit, registry)


def test_a_broken_file_is_passed_over_and_a_missing_one_too(tmp_path: Path) -> None:
    with desk(tmp_path).registry() as registry:
        watcher = registry.watch(interval=0.02)
        write(tmp_path, "broken")
        while registry.status.state != "degraded":
            time.sleep(0.01)
        (tmp_path / "config.toml").unlink()
        looks = watcher.looks
        while watcher.looks < looks + 2:
            time.sleep(0.01)
        assert registry.current.config.risk.limit == 1
        write(tmp_path, 8)
        wait_for(8, registry)
        assert registry.status.cause == ""


@pytest.mark.parametrize("fault", [OSError("away"), PeakguardError("PG2040", store="s", file="f", reason="full")])
def test_a_fault_at_one_look_does_not_end_the_watching(
    fault: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = [fault]
    whole = Registry.reload

    def reload(self: Registry) -> Reload:
        if faults:
            raise faults.pop()
        return whole(self)

    monkeypatch.setattr(Registry, "reload", reload)
    with desk(tmp_path).registry() as registry:
        registry.watch(interval=0.02)
        write(tmp_path, 7)
        wait_for(7, registry)
    assert str(fault) in capsys.readouterr().err


def test_nothing_is_read_while_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(tmp_path).registry() as registry:
        watcher = watching.Watching(registry, 60)
        monkeypatch.setattr(Registry, "reload", None)
        for _ in range(3):
            watcher.look()
        watcher.close()


def test_a_registry_that_is_closed_watches_no_more(tmp_path: Path) -> None:
    registry = desk(tmp_path).registry()
    thread = registry.watch(interval=0.02)._thread
    registry.close()
    assert not thread.is_alive()
