"""What a journal keeps: nothing while all is well, what goes wrong, and the run that is well again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from peakguard.runtime import events
from peakguard.runtime.journal.segments import folder_of, read_journal
from peakguard.runtime.policy_set import PolicySet


def kept(root: Path) -> list[tuple[str, dict[str, Any]]]:
    return [(each["event_name"], each["attributes"]) for each in read_journal(str(root)).events]


def failing(policies: PolicySet, name: str | None, error: BaseException) -> None:
    with pytest.raises(type(error)), policies.run(name):
        raise error


@pytest.fixture
def policies(tmp_path: Path) -> PolicySet:
    return PolicySet({}, "d1", str(tmp_path))


def test_nothing_is_written_while_nothing_goes_wrong(policies: PolicySet, tmp_path: Path) -> None:
    with policies.journal(), policies.run("daily"), policies.run("part") as part, part.span("step"):
        events.emit("quiet")
    assert not Path(folder_of(str(tmp_path))).exists()


def test_a_run_that_is_well_again_is_a_recovery(policies: PolicySet, tmp_path: Path) -> None:
    with policies.journal():
        failing(policies, "daily", KeyError("a"))
        failing(policies, "daily", ValueError("b"))
        failing(policies, "weekly", KeyError("c"))
        for _ in range(2):
            with policies.run("daily"):
                pass
    found = kept(tmp_path)
    assert [name for name, _ in found] == ["run_ended"] * 3 + ["run_recovered"]
    recovered = found[-1][1]
    assert (recovered["name"], recovered["failures"]) == ("daily", 2)
    assert recovered["seconds"] > 0


@pytest.mark.parametrize(
    ("error", "status"),
    [(SystemExit(0), None), (SystemExit(2), "failed"), (KeyboardInterrupt(), None), (OSError(), "failed")],
)
def test_how_a_run_ends(error: BaseException, status: str | None, policies: PolicySet, tmp_path: Path) -> None:
    with policies.journal():
        failing(policies, None, error)
    assert [each["status"] for _, each in kept(tmp_path)] == [status] * (status is not None)


def test_a_journal_is_shared_and_closed_by_the_last(policies: PolicySet, tmp_path: Path) -> None:
    first, second = policies.journal(), policies.journal()
    events.emit("call_refused", severity="error", binding="b")
    first.close()
    first.close()
    events.emit("call_refused", severity="error", binding="b")
    second.close()
    events.emit("call_refused", severity="error", binding="b")
    assert len(kept(tmp_path)) == 2


def test_a_journal_that_cannot_be_written_is_said_once(
    policies: PolicySet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".peakguard").write_text("in the way")
    with policies.journal():
        for _ in range(3):
            events.emit("call_refused", severity="error", binding="b")
    assert capsys.readouterr().err.count("cannot be written") == 1


def _heard(policies: PolicySet, **options: Any) -> tuple[list[str], Callable[[], None]]:
    names: list[str] = []
    return names, policies.on_event(lambda event: names.append(event.name), **options).close


def test_a_subscription_hears_the_events_it_names(policies: PolicySet) -> None:
    everything, first = _heard(policies)
    ends, second = _heard(policies, names=["run_ended"])
    with policies.run("a"):
        pass
    first()
    second()
    with policies.run("b"):
        pass
    assert (everything, ends) == (["run_started", "run_ended"], ["run_ended"])
    with pytest.raises(ValueError, match="run_endd"):
        policies.on_event(print, names=["run_endd"])
