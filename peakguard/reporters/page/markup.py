"""HTML by construction: whatever is not markup already becomes harmless text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from peakguard.reporters.visible import visible

_LONGEST = 300
_ENDS = {"meta": ">", "path": "/>"}
"""How elements without content end: those of HTML, and those of SVG."""


class Markup(str):
    """Text that is HTML; made by `tag` and `join` alone."""

    __slots__ = ()


def text(value: str) -> Markup:
    """Text from strangers: nothing in it is markup, and nothing in it hides."""
    return Markup(escape(visible(value)))


def tag(name: str, /, *children: str, **attributes: str | None) -> Markup:
    """An element; children that are no markup are text. `class_` is `class`, `aria_label` is `aria-label`."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(visible(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{given}{_ENDS[name]}" if name in _ENDS else f"<{name}{given}>{join(children)}</{name}>")


def join(children: Iterable[str]) -> Markup:
    """One after the other."""
    return Markup("".join(each if isinstance(each, Markup) else text(each) for each in children))


def lines(value: str) -> Markup:
    """Text whose line breaks are meant."""
    return Markup("<br>".join(text(line) for line in value.splitlines()))


def cut(value: str, longest: int = _LONGEST) -> str:
    """A text that may be a megabyte, at a length that can be read; says how much is left out."""
    return value if len(value) <= longest else f"{value[:longest]}… (+{len(value) - longest:,} characters)"
