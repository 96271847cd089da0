"""What the policies of a project know of its codes, each kind for itself, put together for the runbook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, cast

from peakguard.kinds.errors.model import ActiveError, Category, Errors
from peakguard.language.page import Failing, Guard, Origin, Relief
from peakguard.pipeline.bundle import Bundle
from peakguard.render.kind_pages import hooked


class Known(NamedTuple):
    """An active code of a catalog, with all that the policies say of it."""

    code: str
    entry: ActiveError
    catalog: Errors
    category: Category
    origins: tuple[Origin, ...]
    guards: tuple[tuple[Guard, str, tuple[Relief, ...]], ...]
    """The functions that it may come from, each with the stage of the call and with what is done about it there."""

    @property
    def retryable(self) -> bool:
        """Whether trying again can help, as the catalog says."""
        return self.category.retryable if self.entry.retryable is None else self.entry.retryable

    @property
    def owners(self) -> tuple[str, ...]:
        """Who answers for what it comes from, and for the catalog: the closest first."""
        named = [each.owner for each in self.origins] + [guard.owner for guard, _, _ in self.guards]
        return tuple(dict.fromkeys(each for each in [*named, self.catalog.owner] if each is not None))


def known_codes(bundle: Bundle) -> list[Known]:
    """Every active code of the project's catalogs, in the order of their numbers."""
    origins = [
        each for _, says, documents in hooked("origins", bundle) for document in documents for each in says(document)
    ]
    guards = [
        each for _, says, documents in hooked("guards", bundle) for document in documents for each in says(document)
    ]
    found = []
    for document in bundle.of_kind("errors"):
        catalog = cast("Errors", document.spec)
        for code, entry in catalog.errors.items():
            if isinstance(entry, ActiveError):
                own = tuple(each for each in origins if each.code == code)
                category = catalog.categories.get(entry.category) or Category()
                made = Known(code, entry, catalog, category, own, ())
                found.append(made._replace(guards=tuple(_guards(bundle, made, guards))))
    return sorted(found, key=lambda each: (each.code.rstrip("0123456789"), int(_digits(each.code))))


def _digits(code: str) -> str:
    return code[len(code.rstrip("0123456789")) :]


def _guards(bundle: Bundle, known: Known, guards: list[Guard]) -> Iterator[tuple[Guard, str, tuple[Relief, ...]]]:
    sources = {(each.kind, each.policy) for each in known.origins}
    for guard in guards:
        stages = [stage for code, stage in guard.raises if code == known.code]
        stages += [each.stage for each in guard.applies if (each.kind, each.name) in sources]
        stages += ["call"] if guard.classifies and known.entry.matches else []
        if stages:
            yield guard, stages[0], tuple(_reliefs(bundle, known, guard, stages[0]))


def _reliefs(bundle: Bundle, known: Known, guard: Guard, stage: str) -> Iterator[Relief]:
    """What is done about it at a guard; nothing ahead of the call, which is not made then."""
    if stage == "arguments" or guard.mode != "enforce":
        return
    entry = known.entry
    matches = tuple(match.text for match in entry.matches)
    failing = Failing(known.code, stage, known.retryable, matches, tuple(entry.also))
    around = {(each.kind, each.name) for each in guard.applies}
    for kind, says, documents in hooked("reliefs", bundle):
        for document in documents:
            yield from (each for each in says(document, failing) if (kind, each.name) in around)
