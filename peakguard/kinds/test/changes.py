"""What a suite of tests says, case by case, and how a change of each is judged.

A case is compared as a whole: it shows what it showed, or something else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from peakguard.kinds.test.model import SUBJECTS, Case, Suite
from peakguard.language.change import Element, Grade
from peakguard.language.document import Document
from peakguard.language.elements import NOT_COMPARED, Row, Table, element, elements_of
from peakguard.language.judges import ADDED, parts
from peakguard.runtime.digest import digest_of

_UNSHOWN = Grade("none", consumer="risk", producer="risk")
"""What the case showed is shown no more."""
_CASE = Row(parts(ADDED, _UNSHOWN, _UNSHOWN))

TABLE: Table = {"tests": NOT_COMPARED}


def elements(document: Document[Suite], names: Mapping[str, str]) -> Iterator[Element]:
    """The elements of the suite; a case without a name is known by what it says."""
    yield from elements_of(document, TABLE)
    known: set[str] = set()
    for index, case in enumerate(document.spec.tests):
        said = json.dumps(case.model_dump(mode="json", exclude={"name", "description"}), sort_keys=True, default=str)
        name = _name_of(case, said)
        if name in known:
            name = f"{name} {index + 1}"
        known.add(name)
        made = element(document, ("tests", index), said, _CASE)
        yield made._replace(key=("tests", name), path=("tests", name), shown="")


def _name_of(case: Case, said: str) -> str:
    subject = next(key for key in SUBJECTS if hasattr(case, key))
    return f"{subject} {case.name or digest_of(said.encode())[:8]}"
