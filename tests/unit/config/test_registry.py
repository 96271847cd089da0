"""A registry serves the last good configuration, whatever is written to the files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import peakguard
from peakguard.api.journal_report import journal_report
from peakguard.kinds.config.registry import Registry
from peakguard.kinds.config.runtime import Config
from peakguard.kinds.config.snapshot import Snapshot, digest_of_section
from peakguard.runtime.errors import ConfigError, PeakguardError
from peakguard.runtime.events import Event, subscribe
from peakguard.runtime.store.sealed import seal
from peakguard.runtime.store.store import Store
from tests.unit.config.desk import POLICY, desk, write


def limits(registry: Registry) -> list[int]:
    return [snapshot.config.risk.limit for snapshot in registry.history]


def test_a_snapshot_has_generation_digest_and_provenance(tmp_path: Path) -> None:
    registry = desk(tmp_path).registry()
    snapshot = registry.current
    assert snapshot.generation == 1
    assert snapshot.digest == digest_of_section(snapshot.config)
    assert [path for path, _ in snapshot.provenance.files] == ["config.toml", "local.toml"]
    assert snapshot.provenance.files[1][1] is None
    assert snapshot.origins["risk.limit"] == "config.toml:2:9"
    assert snapshot.origins["risk.floor"].startswith("policies/app.yaml:")
    assert registry.status.state == "ready"


def test_nothing_in_a_snapshot_changes(tmp_path: Path) -> None:
    config = desk(tmp_path).registry().current.config
    with pytest.raises(AttributeError):
        config.risk.limit = 2
    with pytest.raises(AttributeError):
        del config.risk
    with pytest.raises(TypeError):
        config._values["risk"] = 2
    with pytest.raises(AttributeError):
        config.more = 1


def test_a_reload_takes_what_is_good_and_keeps_it_from_what_is_not(tmp_path: Path) -> None:
    registry = desk(tmp_path).registry()
    write(tmp_path, 7)
    assert registry.reload()[:3] == ("taken", 2, ("risk.limit",))
    first = registry.current
    for broken in ("500", '"7"', "= 3", "-1"):
        write(tmp_path, broken)
        outcome = registry.reload()
        assert (outcome.state, outcome.generation) == ("refused", 2)
        assert isinstance(outcome.error, ConfigError)
        assert outcome.error.code == "PG2071"
        assert outcome.findings[0].span.file == "config.toml"
        assert registry.current is first
    assert registry.status.state == "degraded"
    assert "config.toml:2:9" in registry.status.cause
    write(tmp_path, 7)
    assert registry.reload().state == "unchanged"
    assert registry.status.cause == ""
    assert registry.current is first


def test_a_file_that_goes_away_takes_nothing_along(tmp_path: Path) -> None:
    registry = desk(tmp_path).registry()
    (tmp_path / "config.toml").unlink()
    assert registry.reload().findings[0].code == "PG910"
    assert registry.current.config.risk.limit == 1


def test_the_last_good_configuration_survives_a_restart(tmp_path: Path) -> None:
    config = desk(tmp_path, limit=9)
    generation = config.registry().current.generation
    write(tmp_path, "nine")
    again = config.registry()
    assert again.current.config.risk.limit == 9
    assert again.current.generation == generation
    assert again.current.provenance.source == "last_good"
    assert again.status.state == "degraded"
    write(tmp_path, 10)
    assert again.reload().state == "taken"


def test_without_any_good_one_there_is_no_registry(tmp_path: Path) -> None:
    config = desk(tmp_path)
    write(tmp_path, "nine")
    with pytest.raises(ConfigError) as refused:
        config.registry()
    assert refused.value.code == "PG2070"


def kept_file(root: Path) -> Path:
    """Where the last good configuration is kept."""
    store = Store(root / ".peakguard" / "config" / "kept")
    found = store.pointer("app")
    assert found is not None
    return Path(store.layout.object(found.digest))


@pytest.mark.parametrize("damage", [b"", b"{", b"null", b'{"record": {}, "sum": ""}'])
def test_a_damaged_record_counts_as_none(tmp_path: Path, damage: bytes) -> None:
    config = desk(tmp_path)
    config.registry()
    kept_file(tmp_path).write_bytes(damage)
    assert config.registry().current.config.risk.limit == 1
    write(tmp_path, "nine")
    kept_file(tmp_path).write_bytes(damage)
    with pytest.raises(ConfigError):
        config.registry()


def test_every_flipped_bit_of_the_record_is_noticed(tmp_path: Path) -> None:
    config = desk(tmp_path)
    config.registry()
    record = kept_file(tmp_path)
    whole = record.read_bytes()
    write(tmp_path, "nine")
    for place in range(len(whole)):
        record.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert served_limit(config) in (None, 1)


def test_a_damaged_record_is_told_and_kept_as_evidence(tmp_path: Path) -> None:
    config = desk(tmp_path)
    config.registry()
    kept_file(tmp_path).write_bytes(b"other")
    heard: list[Event] = []
    stop = subscribe(heard.append)
    config.registry()
    stop()
    (told,) = [event for event in heard if event.name == "object_damaged"]
    assert Path(told.fields["quarantine"]).read_bytes() == b"other"


@pytest.mark.parametrize("form", [seal({"peakguard_store": 99}), b"notes"])
def test_a_folder_that_is_no_store_of_ours_is_left_alone_and_status_says_so(tmp_path: Path, form: bytes) -> None:
    config = desk(tmp_path)
    folder = tmp_path / ".peakguard" / "config" / "kept"
    folder.mkdir(parents=True)
    (folder / "format").write_bytes(form)
    registry = config.registry()
    assert registry.current.config.risk.limit == 1
    assert registry.status.unsaved
    assert [path.name for path in folder.iterdir()] == ["format"]


def served_limit(config: Config) -> int | None:
    """What a program that starts now would work with; a damaged record leaves it nothing."""
    try:
        limit: int = config.registry().current.config.risk.limit
    except ConfigError:
        return None
    return limit


def test_the_record_holds_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_TOKEN", "hunter2-hunter2")
    registry = desk(tmp_path).registry()
    assert registry.current.config.token.get_secret_value() == "hunter2-hunter2"
    assert "hunter2" not in kept_file(tmp_path).read_text()
    assert "hunter2" not in repr(registry.current)


def test_a_rollback_stays_until_the_files_change(tmp_path: Path) -> None:
    registry = desk(tmp_path).registry()
    write(tmp_path, 2)
    registry.reload()
    assert registry.rollback().config.risk.limit == 1
    assert registry.current.generation == 3
    assert registry.current.provenance.source == "rollback"
    assert registry.reload().state == "unchanged"
    assert desk_again(tmp_path).registry().current.config.risk.limit == 1
    write(tmp_path, 4)
    assert registry.reload().state == "taken"
    assert limits(registry) == [1, 2, 1, 4]
    assert registry.rollback(2).config.risk.limit == 2
    with pytest.raises(PeakguardError) as unknown:
        registry.rollback(77)
    assert unknown.value.code == "PG2074"


def desk_again(root: Path) -> Any:
    return peakguard.load(root).config("app")


def test_history_is_as_long_as_the_policy_says(tmp_path: Path) -> None:
    registry = desk(tmp_path).registry()
    for limit in range(2, 10):
        write(tmp_path, limit)
        registry.reload()
    assert limits(registry) == [5, 6, 7, 8, 9]


def test_publishing_compares_the_generation(tmp_path: Path) -> None:
    registry = desk(tmp_path).registry()
    snapshot = registry.publish({"risk": {"limit": 5}}, expected=1)
    assert (snapshot.config.risk.limit, snapshot.generation, snapshot.provenance.source) == (5, 2, "published")
    with pytest.raises(PeakguardError) as late:
        registry.publish({"risk": {"limit": 6}}, expected=1)
    assert late.value.code == "PG2073"
    with pytest.raises(ConfigError) as refused:
        registry.publish({"risk": {"limit": 600}}, expected=2)
    assert [each.code for each in refused.value.diagnostics] == ["PG895"]
    assert registry.current is snapshot
    assert registry.status.state == "ready"
    write(tmp_path, 3)
    assert registry.reload().state == "unchanged"
    assert registry.publish({}, expected=2).config.risk.limit == 3


def test_what_is_published_stays_also_where_it_changes_nothing_yet(tmp_path: Path) -> None:
    registry = desk(tmp_path, limit=4).registry()
    assert registry.publish({"risk": {"limit": 4}}, expected=1).generation == 1
    write(tmp_path, 9)
    assert registry.reload().state == "unchanged"
    assert registry.current.config.risk.limit == 4


def test_a_frozen_key_cannot_change_while_the_program_runs(tmp_path: Path) -> None:
    config = desk(tmp_path)
    registry = config.registry()
    write(tmp_path, 1, "capital = 200\n")
    outcome = registry.reload()
    assert [(each.code, str(each.span)) for each in outcome.findings] == [("PG909", "config.toml:1:11")]
    assert registry.current.config.capital == 100
    assert config.registry().current.config.capital == 200


def test_subscribers_are_asked_first_and_told_afterwards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    registry = desk(tmp_path).registry()
    told: list[tuple[int | None, int]] = []

    def prepare(new: Snapshot) -> None:
        if new.config.risk.limit > 50:
            raise ValueError("no venue takes that")

    def notify(old: Snapshot | None, new: Snapshot) -> None:
        assert registry.current is new
        told.append((old.generation if old is not None else None, new.generation))

    def fail(_: Snapshot | None, __: Snapshot) -> None:
        raise RuntimeError("lost")

    registry.subscribe(fail)
    unsubscribe = registry.subscribe(notify, prepare=prepare)
    write(tmp_path, 60)
    outcome = registry.reload()
    assert outcome.state == "refused"
    assert outcome.error is not None
    assert isinstance(outcome.error.__cause__, PeakguardError)
    assert outcome.error.__cause__.code == "PG2075"
    assert told == []
    write(tmp_path, 6)
    assert registry.reload().state == "taken"
    assert told == [(1, 2)]
    assert "lost" in capsys.readouterr().err
    unsubscribe()
    write(tmp_path, 60)
    assert registry.reload().state == "taken"


def test_a_subscriber_cannot_change_what_it_is_told_of(tmp_path: Path) -> None:
    registry = desk(tmp_path).registry()
    raised: list[str] = []

    def notify(_: Snapshot | None, __: Snapshot) -> None:
        with pytest.raises(RuntimeError) as error:
            registry.reload()
        raised.append(str(error.value))

    registry.subscribe(notify)
    write(tmp_path, 2)
    assert registry.reload().state == "taken"
    assert len(raised) == 1


def test_what_is_too_old_is_served_no_more_where_the_policy_says_so(tmp_path: Path) -> None:
    now = [1000.0]
    registry = Registry(desk(tmp_path), now=lambda: now[0])
    write(tmp_path, 500)
    registry.reload()
    now[0] += 3600
    assert registry.current.generation == 1
    now[0] += 1
    assert registry.status.state == "stale"
    with pytest.raises(ConfigError) as stale:
        registry.current  # noqa: B018 # reading it is what fails
    assert stale.value.code == "PG2072"
    write(tmp_path, 5)
    registry.reload()
    assert registry.current.config.risk.limit == 5


def test_a_stale_configuration_is_served_by_default(tmp_path: Path) -> None:
    now = [1000.0]
    registry = Registry(desk(tmp_path, POLICY.replace(", on_stale: fail", "")), now=lambda: now[0])
    write(tmp_path, 500)
    registry.reload()
    now[0] += 7200
    assert registry.status.state == "stale"
    assert registry.current.config.risk.limit == 1


def test_a_closed_registry_can_be_read_and_takes_no_more(tmp_path: Path) -> None:
    with desk(tmp_path).registry() as registry:
        pass
    assert registry.current.config.risk.limit == 1
    with pytest.raises(PeakguardError) as closed:
        registry.reload()
    assert closed.value.code == "PG2076"


def test_a_run_works_with_one_generation(tmp_path: Path) -> None:
    registry = desk(tmp_path).registry()
    with peakguard.run("outer"):
        pinned = registry.pinned
        write(tmp_path, 2)
        registry.reload()
        assert registry.pinned is pinned
        assert registry.current.config.risk.limit == 2
        with peakguard.run("inner"):
            assert registry.pinned is pinned
    assert registry.pinned.config.risk.limit == 2
    with peakguard.run("next"):
        assert registry.pinned.config.risk.limit == 2
    assert registry._pins._of_runs == {}


def test_where_the_disk_fails_the_configuration_is_served_and_status_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = desk(tmp_path).registry()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("peakguard.runtime.store.store.write_atomic", full)
    write(tmp_path, 2)
    assert registry.reload().state == "taken"
    assert registry.current.config.risk.limit == 2
    assert "no space left on device" in registry.status.unsaved


def test_refusals_are_kept_in_the_journal_and_counted(tmp_path: Path) -> None:
    config = desk(tmp_path)
    policies = peakguard.load(tmp_path)
    with policies.journal():
        registry = config.registry()
        write(tmp_path, 500)
        registry.reload()
        with pytest.raises(ConfigError):
            config.load()
    report = journal_report(str(tmp_path))
    assert report["others"]["config_refused"] == 2
    (row,) = [row for row in report["codes"] if row["code"] == "PG895"]
    assert (row["count"], row["where"]) == (2, ["app"])


PROCESS = """
import json, sys, peakguard
registry = peakguard.load(sys.argv[1]).registry("app")
print(json.dumps([registry.current.generation, registry.current.digest, registry.current.config.risk.limit]))
"""


def test_processes_agree_on_the_generation(tmp_path: Path) -> None:
    registry = desk(tmp_path).registry()
    write(tmp_path, 2)
    registry.reload()

    def other() -> list[Any]:
        result = subprocess.run(
            [sys.executable, "-c", PROCESS, str(tmp_path)], capture_output=True, text=True, check=True
        )
        found: list[Any] = json.loads(result.stdout)
        return found

    assert other() == [2, registry.current.digest, 2]
    registry.publish({"risk": {"limit": 3}}, expected=2)
    assert other() == [3, registry.current.digest, 3]
    write(tmp_path, 4)
    registry.publish({}, expected=3)
    write(tmp_path, 5)
    assert other()[0] == 5
    assert registry.reload()[:2] == ("taken", 5)


def test_a_program_has_one_registry_of_a_name(tmp_path: Path) -> None:
    desk(tmp_path)
    policies = peakguard.load(tmp_path)
    assert policies.registry("app") is policies.registry("app")
    with pytest.raises(PeakguardError):
        policies.registry("ap")


KILLED = """
import itertools, sys, peakguard
registry = peakguard.load(sys.argv[1]).registry("app")
for limit in itertools.cycle(range(100)):
    generation = registry.publish({"risk": {"limit": limit}}, expected=registry.current.generation).generation
    print(generation, flush=True)
"""


def test_a_process_that_is_killed_leaves_a_good_configuration(tmp_path: Path) -> None:
    config = desk(tmp_path)
    last = 0
    for kill_after in (3, 1, 7, 2):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(kill_after)]
        process.kill()
        process.communicate()
        write(tmp_path, "broken")
        snapshot = config.registry().current
        assert snapshot.digest == digest_of_section(snapshot.config)
        assert snapshot.generation >= told[-1] > last
        last = snapshot.generation
        write(tmp_path, 1)
