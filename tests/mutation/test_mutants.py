"""The list of mutants fits the code; that each is caught is shown by `python -m tests.mutation`."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.mutation import record
from tests.mutation.judging import judge
from tests.mutation.mutant import PARTS, Fault, Mutant
from tests.mutation.mutants import MUTANTS
from tests.mutation.workspace import REPOSITORY, Workspace


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_mutant_changes_the_code_and_leaves_it_code(mutant: Mutant) -> None:
    text = (REPOSITORY / mutant.file).read_text()
    changed = mutant.applied(text)
    assert changed != text
    ast.parse(changed)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_mutant_names_tests_that_are_there(mutant: Mutant) -> None:
    assert record.files_of(mutant, REPOSITORY)
    assert all(file.exists() for file in record.files_of(mutant, REPOSITORY))


def test_mutants_have_ids_of_their_own() -> None:
    assert [each for each, count in Counter(mutant.id for mutant in MUTANTS).items() if count > 1] == []


def test_stability_faults_are_planted_in_every_part_of_the_plan() -> None:
    faults = [each for each in MUTANTS if each.is_of_stability]
    assert len(faults) >= 60
    assert {each.part for each in faults} == set(PARTS)
    assert {each.fault for each in faults} == set(Fault) - {Fault.MEANING}


def test_the_record_knows_every_stability_fault_and_nothing_that_is_gone() -> None:
    known = set(record.read())
    assert known <= {each.id for each in MUTANTS}
    assert known >= {each.id for each in MUTANTS if each.is_of_stability}


def test_the_record_is_stale_when_the_file_the_tests_or_the_fault_change(tmp_path: Path) -> None:
    mutant = MUTANTS[0]._replace(tests=("tests/mutation/test_mutants.py",))
    path = tmp_path / "killed.jsonl"
    record.note(record.entry(mutant, "tests/x.py::test_y", 1.0, record.seen_in(mutant)), path)
    record.note(record.entry(MUTANTS[1], "tests/x.py::test_z", 1.0, record.seen_in(MUTANTS[1])), path)
    assert record.is_fresh(mutant, record.read(path))
    assert not record.is_fresh(mutant._replace(new="another"), record.read(path))
    assert not record.is_fresh(mutant._replace(file="pyproject.toml"), record.read(path))
    assert not record.is_fresh(mutant._replace(tests=("tests/mutation/mutant.py",)), record.read(path))
    record.drop(mutant.id, path)
    assert list(record.read(path)) == [MUTANTS[1].id]


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_every_mutant_is_caught(mutant: Mutant, workspace: Workspace) -> None:
    judged = judge(mutant, workspace)
    assert judged.is_caught, judged.problem or "all its tests pass"


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("mutants"))
