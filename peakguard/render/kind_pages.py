"""Documents that kinds write together: each kind says its sections in its `page.py`, here they are put in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from peakguard.language.page import Section
from peakguard.language.registry import kind_names, part
from peakguard.pipeline.bundle import Bundle


class Page(NamedTuple):
    """A document: `hook` is the function of a kind's `page` that gives its sections.

    There is the document where one of the kinds of `needs` has a policy; these come first, in this order.
    """

    path: str
    title: str
    notice: str
    hook: str
    needs: tuple[str, ...]
    introduction: str = ""
    closing: Callable[[Bundle], Iterator[Section]] | None = None


def notice(of: str) -> str:
    """What a generated document begins with, by which it is known again."""
    return f"<!-- Generated from {of} by `peakguard docs`; do not edit. -->"


def kind_page(page: Page, bundle: Bundle) -> str | None:
    """The whole document, which ends with one line break; None where no policy asks for it."""
    if not any(document.spec.kind in page.needs for document in bundle.documents):
        return None
    found = list(hooked(page.hook, bundle, page.needs))
    sections = [section for _, hook, documents in found for section in hook(documents)]
    sections += page.closing(bundle) if page.closing is not None else ()
    parts = [f"# {page.title}", notice(page.notice), *([page.introduction] if page.introduction else [])]
    for section in sections:
        parts += [f"## {section.title}"] if section.title else []
        parts.append(section.text)
    return "\n\n".join(parts) + "\n"


def hooked(
    hook: str, bundle: Bundle, first: tuple[str, ...] = ()
) -> Iterator[tuple[str, Callable[..., Any], list[Any]]]:
    """Each kind that has policies and something to say: its name, the function that says it, and the policies."""
    kinds = sorted(kind_names(), key=lambda kind: (first.index(kind) if kind in first else len(first), kind))
    for kind in kinds:
        documents = list(bundle.of_kind(kind))
        says = getattr(part(kind, "page"), hook, None)
        if documents and says is not None:
            yield kind, says, documents
