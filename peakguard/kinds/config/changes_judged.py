"""Judges of changes that only config policies have: producers write configurations, consumers read them."""

from __future__ import annotations

from peakguard.kinds.config.model import Config, Node, Renamed, Table, Value, Variants
from peakguard.language.change import Direction, Element, Grade
from peakguard.language.judges import ADDED, BREAKS, GONE, LOST, RISKS, TIGHTER, implied, ranked, reverse, stated

_OPENS = Grade("loosens")


def needs(node: Node) -> bool:
    """Whether a configuration that is silent about a key is refused for it."""
    if isinstance(node, Value):
        return node.is_required
    if isinstance(node, Table):
        return node.required and any(needs(inner) for inner in node.fields.values())
    return isinstance(node, Variants) and node.required


def part(old: Element | None, new: Element | None) -> Grade:
    """A key that comes, goes, or becomes another kind of part; a renamed one is still read, with a warning."""
    if old is None and new is not None:
        refused = _is_refused(new)
        if needs(new.detail):
            return TIGHTER._replace(direction="both" if refused else "tightens")
        return _OPENS if refused else Grade("tightens")
    if new is None:
        assert old is not None
        if not _is_refused(old):
            return LOST
        return BREAKS._replace(direction="both" if needs(old.detail) else "tightens")
    if isinstance(new.detail, Renamed):
        return _OPENS if new.detail.deprecated.use is not None else BREAKS
    return BREAKS


def _is_refused(element: Element) -> bool:
    """Whether a configuration that has the key is refused where it is not declared."""
    config: Config = element.whole
    unknown, fields = config.unknown_keys, config.sections
    for key in element.key[1:-1]:
        node = fields.get(str(key))
        if not isinstance(node, Table):
            break
        unknown, fields = node.unknown_keys or unknown, node.fields
    return unknown == "error"


def part_of_a_kind(old: Element | None, new: Element | None) -> Grade | None:
    """What was said of a part that is now of another kind, which is told already."""
    return None


def required(old: Element | None, new: Element | None) -> Grade:
    """Whether a key must be given; with a default there is always a value."""
    assert new is not None
    if new.value:
        return TIGHTER
    return _OPENS if new.detail.has_default else LOST


def default(old: Element | None, new: Element | None) -> Grade:
    """The value of who says nothing: another one changes what a program does, unseen."""
    if old is None:
        return ADDED
    return BREAKS if new is not None else GONE


def condition(old: Element | None, new: Element | None) -> Grade:
    """When a key must be given: the more often, the tighter."""
    direction: Direction = stated(old, new) if old is None or new is None else reverse(implied)(old, new)
    return {"tightens": TIGHTER, "loosens": LOST}.get(direction, BREAKS)


def files(old: Element | None, new: Element | None) -> Grade:
    """The files that a configuration is read from, in their order."""
    before, after = (list(each.value) if each is not None else [] for each in (old, new))
    is_longer = len(after) > len(before) and [each for each in after if each in before] == before
    return RISKS if is_longer else BREAKS


def sections(old: Element | None, new: Element | None) -> Grade:
    """Sections that have to agree: the more, the tighter."""
    before, after = (set(each.value) if each is not None else set() for each in (old, new))
    return TIGHTER if before < after else LOST if after < before else BREAKS


def override(old: Element | None, new: Element | None) -> Grade:
    """A key that later files may give another value."""
    return _OPENS if old is None else TIGHTER if new is None else Grade("none", "patch")


def unknown_keys(old: Element | None, new: Element | None) -> Grade:
    """What a key is that nobody declared."""
    if old is None or new is None:  # of a section: that of the policy holds in its place
        return BREAKS
    direction = ranked("allow", "warning", "error")(old, new)
    if direction == "loosens":
        return _OPENS
    return TIGHTER if new.value == "error" else Grade("none")
