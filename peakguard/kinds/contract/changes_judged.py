"""Judges of changes that only contracts have."""

from __future__ import annotations

from peakguard.kinds.contract.model import Exemption
from peakguard.language.change import Direction, Element, Grade
from peakguard.language.judges import ADDED, BREAKS, LOST, RISKS, TIGHTER, at_least, by, guarantee, ranked, stated

_OPENS = Grade("loosens")
"""More is let in, and nobody who reads the data sees a difference."""
_WIDER = {("int64", "float64"), ("int64", "decimal"), ("decimal", "decimal"), ("enum", "string")}


def column(old: Element | None, new: Element | None) -> Grade:
    """A column that comes or goes; under `extra_columns: forbid` data that have one too many are refused."""
    if new is not None and old is None:
        forbids = new.whole.extra_columns == "forbid"
        if not new.detail.required:
            return ADDED._replace(direction="loosens" if forbids else "tightens")
        return TIGHTER._replace(direction="both" if forbids else "tightens")
    assert old is not None
    if old.whole.extra_columns != "forbid":
        return LOST
    return BREAKS._replace(direction="both" if old.detail.required else "tightens")


def renamed(old: Element | None, new: Element | None) -> Grade:
    """A column under a new name that still takes the old one."""
    return _OPENS


def names(old: Element | None, new: Element | None) -> Grade:
    """The names that a column may have in the data."""
    assert old is not None
    assert new is not None
    before, after = set(old.value), set(new.value)
    # Where any column may stand beside it, data may have had both.
    is_sure = old.whole.extra_columns == new.whole.extra_columns == "forbid"
    if before < after:
        return ADDED._replace(direction="loosens" if is_sure else "undetermined")
    return TIGHTER._replace(direction="tightens" if is_sure else "undetermined") if after < before else BREAKS


def type_of_column(old: Element | None, new: Element | None) -> Grade:
    """Another type; one that holds all that the other held breaks nobody where values are converted."""
    assert old is not None
    assert new is not None
    before, after = old.detail, new.detail
    fits = (before.kind, after.kind) in _WIDER
    if before.kind == after.kind == "decimal":
        fits = after.scale >= before.scale and after.precision - after.scale >= before.precision - before.scale
    elif (before.kind, after.kind) == ("int64", "decimal"):
        fits = after.precision - after.scale >= len(str(2**63))
    return RISKS._replace(producer="ok") if fits and new.whole.coerce else BREAKS


def required(old: Element | None, new: Element | None) -> Grade:
    """Whether the data must have the column; one with a default is there for who reads it."""
    assert new is not None
    if new.value:
        return TIGHTER
    return _OPENS if new.detail is not None and _has_default(new) else LOST


def _has_default(element: Element) -> bool:
    column = element.whole.columns.get(element.path[1])
    return column is not None and column.default is not None


def default(old: Element | None, new: Element | None) -> Grade:
    """Other values where the data lack the column."""
    return RISKS._replace(producer="ok")


def extra_columns(old: Element | None, new: Element | None) -> Grade:
    """What happens to columns that nobody declared."""
    assert old is not None
    assert new is not None
    if new.value == "forbid":
        return TIGHTER
    if old.value == "forbid":
        return _OPENS
    return Grade("none", consumer="risk" if new.value == "drop" else "ok")


def column_order(old: Element | None, new: Element | None) -> Grade | None:
    """The order of the columns, where it is demanded; a column that comes or goes is judged by itself."""
    assert old is not None
    assert new is not None
    if not old.value or not new.value:
        return TIGHTER if new.value else Grade("loosens", consumer="risk")
    before = [name for name in old.value if name in new.value]
    after = [name for name in new.value if name in old.value]
    return BREAKS if before != after else None


coerce = by(ranked(True, False), {"tightens": TIGHTER, "loosens": _OPENS})


def key(old: Element | None, new: Element | None) -> Grade:
    """What identifies a row is the shape of the data for everybody."""
    before, after = (each.value if each is not None else () for each in (old, new))
    direction: Direction = "tightens" if not before else "loosens" if not after else "undetermined"
    return BREAKS._replace(direction=direction)


def sample(old: Element | None, new: Element | None) -> Grade:
    """Some rows only: what was looked at before need not be looked at now."""
    return _unless_rates(guarantee(stated)(new, old) or BREAKS, old, new)  # the other way round: it takes away


def share(old: Element | None, new: Element | None) -> Grade:
    """How many rows are looked at."""
    return _unless_rates(guarantee(at_least)(old, new) or BREAKS, old, new)


def _unless_rates(grade: Grade, old: Element | None, new: Element | None) -> Grade:
    """Of the rows that are looked at a rule may let a share fail: among others it may be more or less."""
    specs = (each.whole for each in (old, new) if each is not None)
    has_rates = any(rule.max_fail_rate and rule.form == "expr" for spec in specs for rule in spec.rules.values())
    return grade._replace(direction="undetermined") if has_rates else grade


def action(old: Element | None, new: Element | None) -> Grade:
    """What is done with rows that break the contract; `observe` lets all of them pass."""
    assert old is not None
    assert new is not None
    direction: Direction = (
        "loosens" if new.value == "observe" else "tightens" if old.value == "observe" else "undetermined"
    )
    return BREAKS._replace(direction=direction)


def exemption(old: Element | None, new: Element | None) -> Grade:
    """A row that is let pass, which has a reason and a day of its own."""
    until = [each.value if each is not None and each.path[-1] == "until" else "" for each in (old, new)]
    is_more = old is None or (new is not None and until[1] > until[0])
    return _OPENS if is_more else Grade("tightens", producer="risk")


def name_of(each: Exemption) -> str:
    """What tells an exemption from others: the rule, and the row."""
    return f"{each.rule} {', '.join(f'{name}={value}' for name, value in sorted(each.key.items()))}"
