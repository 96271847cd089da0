from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.paths import follower, parse_path

BOOK = SimpleNamespace(
    cash=10.0,
    none=None,
    fills=[SimpleNamespace(price=1.0, tags=["a"]), SimpleNamespace(price=2.0, tags=[])],
    limits={"gross": {"max": 5}},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("self", BOOK),
        ("self.cash", 10.0),
        ("self.fills[*].price", [1.0, 2.0]),
        ("self.fills[*].tags[*]", [["a"], []]),
        ("self.fills[0].price", 1.0),
        ("self.fills[-1].price", 2.0),
        ("self.limits.gross.max", 5),
        ("args.book.cash", 10.0),
        ("args.book", BOOK),
        ("result.none", None),
    ],
)
def test_a_path_leads_to_a_value(text: str, expected: Any) -> None:
    path = parse_path(text)
    assert path is not None
    assert follower(path, "b")(BOOK) == expected


@pytest.mark.parametrize(
    "text",
    ["", "cash", "self.", "self..cash", "args", "args[0]", "self.fills[]", "self.fills[a]", "self.a()", "self.é"],
)
def test_what_is_no_path(text: str) -> None:
    assert parse_path(text) is None


@pytest.mark.parametrize(
    ("text", "led", "found", "step"),
    [
        ("self.csh", "self", "SimpleNamespace", ".csh"),
        ("self.none.price", "self.none", "None", ".price"),
        ("self.fills[7].price", "self.fills", "list", "[7]"),
        ("self.fills[*].cost", "self.fills[*]", "SimpleNamespace", ".cost"),
        ("self.cash[*].x", "self.cash", "float", "[*]"),
        ("args.book.limits.net", "args.book.limits", "dict", ".net"),
    ],
)
def test_a_path_that_leads_nowhere_says_how_far_it_led(text: str, led: str, found: str, step: str) -> None:
    path = parse_path(text)
    assert path is not None
    with pytest.raises(PeakguardError) as caught:
        follower(path, "desk")(BOOK)
    assert caught.value.code == codes.PATH_FAILED
    said = caught.value.context
    assert (said["binding"], said["path"], said["led"], said["found"], said["step"]) == ("desk", text, led, found, step)
