"""The verdict on a run beside its reference."""

from __future__ import annotations

from typing import Any

import pytest

from peakguard.kinds.chaos.judging import Ran, verdict

RIGHT = Ran(0, {"out.json": "a"}, "s", "PT-1 no\n", 1.0, (), None, (), "run")
NOTE = {"fault": "late", "place": "work:fetch", "call": 1}
DIED = {
    "type": "E", "message": "no", "code": "PT-1", "slug": "no", "hints": ["wait"], "context": {"a": "1"},
    "declares_context": True,
}  # fmt: skip # a table


def ran(**changes: Any) -> Ran:
    return RIGHT._replace(**{"injected": (NOTE,), **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "absorbed"),
        ({"outputs": {"out.json": "b"}}, "wrong_result"),
        ({"outputs": {}}, "wrong_result"),
        ({"outputs": {"out.json": "a", "new.json": "c"}}, "wrong_result"),
        ({"stdout": "t"}, "wrong_result"),
        ({"exit_code": None}, "hang"),
        ({"exit_code": 1, "died": DIED}, "clear_error"),
        ({"exit_code": 1, "died": {**DIED, "context": {}, "declares_context": False}}, "clear_error"),
        ({"exit_code": 1, "died": {**DIED, "context": {}}}, "unclear_error"),
        ({"exit_code": 1, "died": {**DIED, "hints": []}}, "unclear_error"),
        ({"exit_code": 1, "died": {**DIED, "code": None}}, "unclear_error"),
        ({"exit_code": 1, "died": DIED, "stderr": "it failed"}, "unclear_error"),
        ({"exit_code": 1}, "unclear_error"),
        ({"exit_code": -9}, "unclear_error"),
        # Whatever came of it, a fault that never came proves nothing.
        ({"injected": ()}, "not_reached"),
        ({"injected": (), "exit_code": 1, "died": DIED}, "not_reached"),
        ({"injected": (), "exit_code": None}, "not_reached"),
    ],
)
def test_verdicts(changes: dict[str, Any], expected: str) -> None:
    assert verdict(RIGHT, ran(**changes))[0] == expected


def test_a_right_result_beside_an_error_is_no_success() -> None:
    assert verdict(RIGHT, ran(exit_code=3))[0] == "unclear_error"
