"""What a catalog of errors says, code by code, and how a change of each part is judged.

A code belongs to its domain, so it may move to another catalog of the same one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.expression.types import parse_type
from peakguard.kinds.errors.model import ActiveError, Category, Entry, Errors
from peakguard.language.change import Element, Grade
from peakguard.language.document import Document
from peakguard.language.elements import NOT_COMPARED, Row, Table, as_set, element, elements_of
from peakguard.language.judges import ADDED, BREAKS, LOST, REFUSED, RISKS, always, breaks, parts, words
from peakguard.syntax.node import Path

_BY_CATEGORY = ("retryable", "exit_code", "http_status")
_ALERTS = Grade("none", consumer="risk")
_HANDLED = LOST._replace(direction="none")
"""Who handles the error by it no longer finds it."""


def _caught(old: Element | None, new: Element | None) -> Grade:
    """The built-in exceptions that an error also is, for `except` clauses of before."""
    before, after = (set(each.value) if each is not None else set() for each in (old, new))
    return ADDED if before < after else _HANDLED


def _matched(old: Element | None, new: Element | None) -> Grade:
    """Foreign exceptions that become the code: more of them is another behaviour, fewer a lost one."""
    before, after = (set(each.value) if each is not None else set() for each in (old, new))
    return RISKS if before < after else _HANDLED


TABLE: Table = {
    "domain": Row(always(REFUSED)),
    "categories.*": Row(words),
    "categories.*.codes": Row(words),
    "categories.*.description": Row(words),
    **{f"categories.*.{key}": NOT_COMPARED for key in _BY_CATEGORY},  # as they hold for each code
    "errors.*": Row(parts(ADDED, REFUSED)),
    "errors.*.slug": Row(always(REFUSED)),
    "errors.*.title": Row(words),
    "errors.*.category": Row(breaks),
    "errors.*.severity": Row(always(_ALERTS)),
    "errors.*.message": Row(words),
    "errors.*.status": NOT_COMPARED,
    "errors.*.replaced_by": Row(words),
    "errors.*.context.*": Row(parts(ADDED, _HANDLED)),
    "errors.*.context.*.type": Row(breaks, lambda text: str(parse_type(text, loose=True))),
    "errors.*.context.*.unit": Row(breaks),
    "errors.*.context.*.description": Row(words),
    **{f"errors.*.{key}": Row(words) for key in ("cause", "hints", "recovery", "since", "examples")},
    **{f"errors.*.{key}": NOT_COMPARED for key in _BY_CATEGORY},
    "errors.*.also": Row(_caught, as_set),
    "errors.*.matches": Row(_matched, lambda matches: as_set(each.text for each in matches)),
    "errors.*.reason": Row(words),
    "errors.*.retired": Row(words),
}

_IN_USE = Row(parts(REFUSED, BREAKS))
"""A code that is raised: to retire it breaks who waits for it, to raise a retired one is to use it again."""


def _buried(old: Element | None, new: Element | None) -> Grade | None:
    """That a code is retired is told where it is no longer raised."""
    return None


def renames(old: Errors, new: Errors) -> dict[str, str]:
    """Under another domain all codes are others; that is told once."""
    return {old.domain: new.domain} if old.domain != new.domain else {}


def elements(document: Document[Errors], names: Mapping[str, str]) -> Iterator[Element]:
    """The elements of a catalog; `names` are domains that the other version calls otherwise."""
    domain = document.spec.domain
    scope = f"errors of {names.get(domain, domain)}"
    for each in elements_of(document, TABLE):
        if each.path[0] == "errors":
            yield _in_use(document, each)._replace(scope=scope)
        else:
            yield each
    for code, entry in document.spec.errors.items():
        if isinstance(entry, ActiveError):
            yield from (each._replace(scope=scope) for each in _computed(document, code, entry))
        else:
            tombstone = element(document, ("errors", code, "status"), entry.status, Row(_buried))
            yield tombstone._replace(key=("errors", code, "retired"), value="(there)", scope=scope)


def _in_use(document: Document[Errors], each: Element) -> Element:
    """What is said of a code that is raised lies below its being raised, and goes with it; so it is with tombstones."""
    _, code, *rest = each.path
    if not rest:
        return each
    return each._replace(key=("errors", code, _state(document.spec.errors[str(code)]), *rest))


def _state(entry: Entry) -> str:
    return "in use" if isinstance(entry, ActiveError) else "retired"


def _computed(document: Document[Errors], code: str, entry: ActiveError) -> Iterator[Element]:
    path: Path = ("errors", code)
    below: Path = (*path, "in use")
    status = element(document, (*path, "status"), entry.status, _IN_USE)
    yield status._replace(key=below, value="(there)")
    yield status._replace(key=(*below, "status"), judge=always(ADDED))
    category = document.spec.categories.get(entry.category) or Category()
    for key in _BY_CATEGORY:
        own = getattr(entry, key)
        value = getattr(category, key) if own is None else own
        yield element(document, (*path, key), value, Row(breaks))._replace(key=(*below, key))
