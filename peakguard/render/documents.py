"""Every document that a project's policies give rise to."""

from __future__ import annotations

from peakguard.kinds.errors.lock import NAME, lock_text
from peakguard.pipeline.bundle import Bundle
from peakguard.pipeline.settings import guards_of
from peakguard.render.error_codes import error_codes
from peakguard.render.guards import guard_modules
from peakguard.render.kind_pages import kind_page
from peakguard.render.pages import PAGES
from peakguard.render.runbook import RUNBOOK, runbook

MARKER = "<!-- Generated from "
"""What our documents for people begin with below their title. A file without it was written by somebody else."""
FOR_PEOPLE = ("docs/ERROR_CODES.md", RUNBOOK, *(page.path for page in PAGES))


def documents(bundle: Bundle) -> dict[str, str]:
    """Path from the root -> content; the same on every machine. Empty where nothing is declared."""
    catalogs = list(bundle.of_kind("errors"))
    guards = guards_of(bundle.project.settings)
    modules = guard_modules(guards, bundle) if guards is not None else {}
    rendered = {page.path: kind_page(page, bundle) for page in PAGES}
    pages = {path: text for path, text in rendered.items() if text is not None}
    if not catalogs:
        return {**(modules if any(bundle.of_kind("config")) else {}), **pages}
    folder = _folder_of(bundle, catalogs[0].file)
    earlier = next((entry.data.decode() for entry in bundle.entries if entry.file == f"{folder}/{NAME}"), "")
    own = {document.file for document in catalogs if not document.file.startswith("pkg:")}
    errors = [fact for fact in bundle.facts if fact.namespace == "error" and fact.span.file in own]
    return {
        **modules,
        **pages,
        "docs/ERROR_CODES.md": error_codes(bundle),
        RUNBOOK: runbook(bundle),
        f"{folder}/{NAME}": lock_text(errors, earlier),
    }


def _folder_of(bundle: Bundle, file: str) -> str:
    """The policy folder that a file lies in."""
    return next(folder.shown for folder in bundle.project.folders if file.startswith(f"{folder.shown}/"))
