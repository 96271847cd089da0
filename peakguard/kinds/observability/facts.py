"""What others may know of an observability policy: of which error codes not all occurrences are written."""

import re
from collections.abc import Iterator

from peakguard.kinds.observability.model import Observability
from peakguard.language.document import Document
from peakguard.language.facts import Fact

_CODE = re.compile(r"[A-Z]{1,10}-?[0-9]{3,6}", re.ASCII)


def facts(document: Document[Observability]) -> Iterator[Fact]:
    """A fact for every error code of which not all occurrences are written."""
    for name in document.spec.sample:
        if _CODE.fullmatch(name):
            yield Fact("sampled code", name, document.key_span("sample", name), {})
