"""All error codes of a project, whichever policy declares them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.failure.catalogued import CataloguedError, class_of
from peakguard.runtime.failure.classify import classify
from peakguard.runtime.failure.definition import Definition, class_name
from peakguard.runtime.failure.failure import Failure


class Catalogs:
    """The exception classes by code, by slug and by name: `errors["PT-1103"]`, `errors.BarInconsistent`."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]], digest: str) -> None:
        self._digest = digest
        self._definitions: dict[str, Definition] = {}
        self._retired: dict[str, Mapping[str, Any]] = {}
        for table in tables.values():
            self._definitions |= {code: Definition.of(entry) for code, entry in table["errors"].items()}
            self._retired |= table["retired"]
        self._matched = [each for each in self._definitions.values() if each.matches]
        self._classes: dict[str, type[CataloguedError]] = {}

    def find(self, code: str | None) -> Definition | None:
        """The definition of a code or slug, None where there is none."""
        if code is None or code in self._definitions:
            return self._definitions.get(code or "")
        return next((each for each in self if each.slug == code), None)

    def definition(self, code: str) -> Definition:
        """The definition of a code or slug. Raises PeakguardError (PG2030) where there is none, or it is retired."""
        found = self.find(code)
        if found is None:
            raise self._unknown(code)
        return found

    def classify(self, error: BaseException, /, **context: Any) -> Failure | None:
        """What an exception is in the catalog, None where nothing covers it; see `PolicySet.classify`."""
        return classify(error, self._matched, self._digest, context)

    def __iter__(self) -> Iterator[Definition]:
        return iter(self._definitions.values())

    def __getitem__(self, code: str) -> type[CataloguedError]:
        made = self._classes.get(code)
        if made is None:
            made = self._classes.setdefault(code, class_of(self.definition(code)))
        return made

    def __getattr__(self, name: str) -> type[CataloguedError]:
        found = [each for each in self._definitions.values() if class_name(each.slug) == name]
        if len(found) != 1:
            problem = "is the name of several errors; take one by its code" if found else "is no error of the catalog"
            raise AttributeError(f"{name} {problem}", name=name, obj=self)
        return self[found[0].code]

    def __dir__(self) -> list[str]:
        return sorted([*super().__dir__(), *(class_name(each.slug) for each in self)])

    def _unknown(self, code: str) -> PeakguardError:
        from peakguard.diagnostics.wording import did_you_mean

        retired = self._retired.get(code)
        if retired is not None:
            use = f"Use {retired['replaced_by']} in its place. " if retired["replaced_by"] else ""
            problem = f"was retired in {retired['retired']}"
            return PeakguardError(codes.UNKNOWN_ERROR_CODE, code=code, problem=problem, suggestion=use)
        known = [name for each in self for name in (each.code, each.slug)]
        suggestion = did_you_mean(code, known)
        return PeakguardError(codes.UNKNOWN_ERROR_CODE, code=code, problem="is declared nowhere", suggestion=suggestion)
