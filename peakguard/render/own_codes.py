"""Our own catalog of codes as Python: what finds faults and what words them. Run by `make generate`."""

from __future__ import annotations

import json
import os
from typing import cast

from peakguard.kinds.errors.lock import NAME, lock_text
from peakguard.kinds.errors.model import ActiveError, Errors
from peakguard.pipeline.bundle import Bundle, load_bundle
from peakguard.pipeline.own_catalog import own_project
from peakguard.render.checks import checks_page
from peakguard.render.events import event_documents
from peakguard.render.kind_fields import kind_pages
from peakguard.runtime.fsops import write_if_changed

_NOTICE = '"""Generated from peakguard/diagnostics/errors by `make generate`; do not edit."""\n'
_ENTRY = '''
from typing import NamedTuple


class Entry(NamedTuple):
    """What reporters need of a code."""

    slug: str
    severity: str
    title: str
    message: str
    hint: str


'''


def own_documents() -> dict[str, str]:
    """Path from the root of the repository -> content."""
    bundle = load_bundle(own_project())
    entries = _active(bundle)
    lock = next((entry.data.decode() for entry in bundle.entries if entry.file.endswith(NAME)), "")
    errors = [fact for fact in bundle.facts if fact.namespace == "error"]
    return {
        "peakguard/diagnostics/codes.py": _codes(entries),
        "peakguard/diagnostics/catalog.py": _catalog(entries),
        f"peakguard/diagnostics/errors/{NAME}": lock_text(errors, lock),
        "docs/CHECKS.md": checks_page(bundle),
        **kind_pages(),
        **event_documents(),
    }


def main() -> None:
    """Write what changed, below the current folder."""
    for path, text in own_documents().items():
        if write_if_changed(os.path.abspath(path), text.encode()):
            print(f"wrote {path}")


def _active(bundle: Bundle) -> list[tuple[str, ActiveError]]:
    specs = [cast("Errors", document.spec) for document in bundle.of_kind("errors")]
    entries = [(code, entry) for spec in specs for code, entry in spec.errors.items() if isinstance(entry, ActiveError)]
    return sorted(entries, key=lambda each: int(each[0].removeprefix("PG")))


def _codes(entries: list[tuple[str, ActiveError]]) -> str:
    lines = [f"{entry.slug.upper()} = {_quoted(code)}" for code, entry in entries]
    return _NOTICE + "\n" + "\n".join(lines) + "\n"


def _catalog(entries: list[tuple[str, ActiveError]]) -> str:
    rows = []
    for code, entry in entries:
        hint = entry.hints[0] if entry.hints else ""
        fields = (entry.slug, entry.severity, entry.title, entry.message, hint)
        rows.append(
            f"    {_quoted(code)}: Entry(\n" + "".join(f"        {_quoted(field)},\n" for field in fields) + "    ),\n"
        )
    return _NOTICE + _ENTRY + "CATALOG: dict[str, Entry] = {\n" + "".join(rows) + "}\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    main()
