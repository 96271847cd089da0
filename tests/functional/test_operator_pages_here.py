"""The runbook and the other pages of this repository: nothing is missing, and every command exists."""

from __future__ import annotations

import os
import re
from pathlib import Path

from peakguard.cli.command_lines import problem_of
from peakguard.language.references import uses
from peakguard.render.documents import FOR_PEOPLE, documents
from peakguard.render.runbook_facts import known_codes
from tests.functional.test_operator_pages import bundle_of, typed

REPOSITORY = Path(__file__).resolve().parents[2]


def test_every_code_that_a_policy_can_raise_is_told_with_its_place() -> None:
    """What a kind refers to and does not tell of would be missing from the page at night."""
    bundle = bundle_of(REPOSITORY)
    told = {(origin.code, origin.span.file) for known in known_codes(bundle) for origin in known.origins}
    named = {
        (use.name, document.file)
        for document in bundle.documents
        if document.spec.kind not in ("errors", "test", "chaos")  # what replaces a code, and what only tries one
        for use in uses(document.spec)
        if use.namespace == "error"
    }
    assert len(named) > 20
    assert named <= told


def test_the_pages_of_this_repository_are_for_people() -> None:
    """No object of ours shines through, and nothing is left to be filled in."""
    for name in (path for path in FOR_PEOPLE if os.path.exists(REPOSITORY / path)):
        text = (REPOSITORY / name).read_text()
        assert not re.search(r"None\b|<peakguard|\bmodel_|NamedTuple", text), name


def test_every_command_that_a_page_of_this_repository_names_exists() -> None:
    found = documents(bundle_of(REPOSITORY))
    named = {line for name in FOR_PEOPLE for line in typed(found.get(name, ""))}
    assert len(named) > 40
    assert {line: problem for line in named if (problem := problem_of(line))} == {}
