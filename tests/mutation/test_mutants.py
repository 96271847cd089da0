"""The list of mutants fits the code; that each is caught is shown by `python -m tests.mutation`."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.mutation.__main__ import is_caught
from tests.mutation.mutant import Mutant
from tests.mutation.mutants import MUTANTS

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_mutant_changes_the_code_and_leaves_it_code(mutant: Mutant) -> None:
    text = (REPOSITORY / mutant.file).read_text()
    changed = mutant.applied(text)
    assert changed != text
    ast.parse(changed)


def test_mutants_have_ids_of_their_own() -> None:
    assert [each for each, count in Counter(mutant.id for mutant in MUTANTS).items() if count > 1] == []
    assert len(MUTANTS) >= 25


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_every_mutant_is_caught(mutant: Mutant) -> None:
    assert is_caught(mutant)
