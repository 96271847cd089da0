from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.at_once import Shown, at_once
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


MIXED = SimpleNamespace(
    bar={"items": 3, "low": 1.5, "inner": SimpleNamespace(x=1)},
    book=SimpleNamespace(cash=2.0, curve=[1.0, 2.0], limits={"max": 5}, fills=[SimpleNamespace(q=1)]),
)
setattr(MIXED.book, "class", "A")


def _shown(texts: list[str]) -> tuple[list[Shown], dict[str, Callable[[Any], Any]]]:
    shown, careful = [], {}
    for text in texts:
        path = parse_path(text)
        assert path is not None
        careful[text] = follower(path, "b")
        is_list = "*" in path.steps
        shown.append(Shown(text, 0, (), careful[text]) if is_list else Shown(text, 0, path.steps))
    return shown, careful


@pytest.mark.parametrize(
    "texts",
    [
        ["self.bar.items", "self.bar.low", "self.bar.inner.x"],
        ["self.book.cash", "self.book.curve[-1]", "self.book.curve[0]", "self.book.limits.max", "self.book.class"],
        ["self.book.fills[*].q", "self", "self.book"],
        ["self.book.cash", "self.bar.low", "self.book.fills[0].q"],
        [],
    ],
)
def test_many_paths_at_once_lead_where_each_does(texts: list[str]) -> None:
    shown, careful = _shown(texts)

    def never(*_: Any) -> Mapping[str, Any]:
        raise AssertionError

    read = at_once(shown, never)
    for _ in range(3):  # classes are not known at first
        assert read(MIXED) == {text: follow(MIXED) for text, follow in careful.items()}


def test_what_is_made_of_a_value_is_made_of_one_that_nobody_has_used() -> None:
    class Desk:
        @property
        def open(self) -> Iterator[int]:
            return iter([1, 2])

    shown = [Shown("n", 0, ("open",), lambda each: len(list(each))), Shown("total", 0, ("open",), sum)]
    assert at_once(shown, lambda *_: {})(Desk()) == {"n": 2, "total": 3}


def test_what_cannot_be_made_of_a_value_is_not_tried_again() -> None:
    def refuse(_: Any) -> None:
        raise ValueError("no number")

    with pytest.raises(ValueError, match="no number"):
        at_once([Shown("n", 0, ("cash",), refuse)], lambda *_: {"n": 0})(BOOK)


def test_where_one_of_many_leads_nowhere_it_is_asked_how_far() -> None:
    shown, careful = _shown(["self.book.cash", "self.book.curve[7]"])
    read = at_once(shown, lambda *roots: {text: follow(*roots) for text, follow in careful.items()})
    with pytest.raises(PeakguardError) as caught:
        read(MIXED)
    assert caught.value.code == codes.PATH_FAILED
    assert caught.value.context["led"] == "self.book.curve"


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
