"""No fault in production: the profile has to be one of the policy's, and the handle one of this very process."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakguard.kinds.chaos.permission import VARIABLE, hand_over, permitted, take_over
from peakguard.runtime.errors import PeakguardError

TABLE: dict[str, Any] = {"name": "faults", "mode": "enforce", "profiles": ["test", "chaos"]}


def given_to_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this process were the child of itself."""
    monkeypatch.setattr(os, "getppid", os.getpid)


@settings(max_examples=40)
@given(st.none() | st.text() | st.sampled_from(["live", "prod", "Test", "test ", "", "tests", "testchaos"]))
def test_every_profile_that_is_not_named_is_refused(profile: str | None) -> None:
    if profile in ("test", "chaos"):
        return
    with pytest.raises(PeakguardError) as raised:
        permitted(TABLE, "flaky", profile)
    assert raised.value.code == "PG2130"


@pytest.mark.parametrize("profile", ["test", "chaos"])
def test_a_profile_that_is_named_is_permitted(profile: str) -> None:
    assert permitted(TABLE, "flaky", profile) == profile


def test_a_policy_that_is_off_permits_nothing() -> None:
    with pytest.raises(PeakguardError) as raised:
        permitted({**TABLE, "mode": "off"}, "flaky", "test")
    assert raised.value.code == "PG2130"


def test_orders_reach_the_child_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given_to_us(monkeypatch)
    environment = {VARIABLE: hand_over(str(tmp_path), {"faults": ["late"]})}
    orders = take_over(environment)
    assert orders is not None
    assert orders["faults"] == ["late"]
    assert environment == {}
    assert take_over(environment) is None


def refused(value: str) -> str:
    environment = {VARIABLE: value}
    with pytest.raises(PeakguardError) as raised:
        take_over(environment)
    assert raised.value.code == "PG2131"
    assert environment == {}
    return str(raised.value.context["problem"])


def test_a_handle_of_another_process_is_refused(tmp_path: Path) -> None:
    assert "another process" in refused(hand_over(str(tmp_path), {}))


@pytest.mark.parametrize("value", ["", "1", "true", ":", "word:/nowhere/handle.json", "a:b:c"])
def test_a_word_is_no_handle(value: str) -> None:
    refused(value)


def test_a_handle_with_another_word_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given_to_us(monkeypatch)
    path = hand_over(str(tmp_path), {}).partition(":")[2]
    assert "another word" in refused(f"{'0' * 32}:{path}")


def test_orders_that_others_could_have_written_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given_to_us(monkeypatch)
    value = hand_over(str(tmp_path), {})
    os.chmod(value.partition(":")[2], 0o666)
    assert "others" in refused(value)


def test_damaged_orders_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given_to_us(monkeypatch)
    value = hand_over(str(tmp_path), {})
    path = Path(value.partition(":")[2])
    for damaged in ("", "[]", "{}", json.dumps({"token": 1})):
        path.write_text(damaged)
        refused(value)
