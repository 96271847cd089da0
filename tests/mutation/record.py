"""What is known of each mutant: the test that it fails, and of which texts that was seen.

One JSON object a line, sorted by id, so that two branches that run different mutants join without conflicts.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peakguard.runtime.fsops import write_atomic
from tests.mutation.mutant import Mutant
from tests.mutation.mutants import MUTANTS
from tests.mutation.workspace import REPOSITORY

RECORD = REPOSITORY / "tests" / "mutation" / "killed.jsonl"


def entry(mutant: Mutant, killed_by: str, seconds: float, seen: dict[str, str]) -> dict[str, Any]:
    """The line of a mutant that was caught; `seen` are the digests of what it was caught in."""
    return {
        "id": mutant.id,
        "part": mutant.part,
        "path": mutant.path,
        "fault": str(mutant.fault),
        "file": mutant.file,
        "killed_by": killed_by,
        **seen,
        "files": _files(mutant, killed_by, seen),
        "seconds": round(seconds, 1),
    }


def _files(mutant: Mutant, killed_by: str, seen: dict[str, str]) -> dict[str, str]:
    """The changed file and that of the test, with their digests: what `peakguard gate` asks whether a line is fresh."""
    test = killed_by.partition("::")[0]
    return {mutant.file: seen["file_digest"], test: _digest((REPOSITORY / test).read_bytes())}


def complete(path: Path = RECORD) -> None:
    """Name the files in lines of an earlier form that are fresh; the others say nothing, and go."""
    entries, known = read(path), {each.id: each for each in MUTANTS}
    fresh = {name: found for name, found in entries.items() if name in known and is_fresh(known[name], entries)}
    files = {name: _files(known[name], found["killed_by"], found) for name, found in fresh.items()}
    write({name: {**found, "files": files[name]} for name, found in fresh.items()}, path)


def digests(mutant: Mutant, root: Path = REPOSITORY) -> dict[str, str]:
    """Digests of the mutated file as it is without the fault, of the fault itself, and of the files of its tests."""
    change = "\0".join([mutant.file, mutant.old, mutant.new, *mutant.tests])
    return {
        "file_digest": _digest((root / mutant.file).read_bytes()),
        "mutant_digest": _digest(change.encode()),
        "tests_digest": _digest(b"".join(each.read_bytes() for each in files_of(mutant, root))),
    }


def files_of(mutant: Mutant, root: Path) -> list[Path]:
    """The files that hold the tests of a mutant."""
    named = [root / each.partition("::")[0] for each in mutant.tests if each.startswith("tests/")]
    found = [sorted(each.rglob("*.py")) if each.is_dir() else [each] for each in named]
    return [file for files in found for file in files]


def read(path: Path = RECORD) -> dict[str, dict[str, Any]]:
    """The record by id; empty where there is none."""
    lines = path.read_text().splitlines() if path.exists() else []
    return {each["id"]: each for each in map(json.loads, lines)}


def note(found: dict[str, Any], path: Path = RECORD) -> None:
    """Put one line in its place."""
    with _alone(path):
        write({**read(path), found["id"]: found}, path)


def drop(name: str, path: Path = RECORD) -> None:
    """Take the line of a mutant away that was not caught."""
    with _alone(path):
        write({key: each for key, each in read(path).items() if key != name}, path)


def write(entries: dict[str, dict[str, Any]], path: Path = RECORD) -> None:
    """Replace the record, whole or not at all."""
    text = "".join(f"{json.dumps(entries[key])}\n" for key in sorted(entries))
    write_atomic(path, text.encode(), durability="rename")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Several runs may keep one record: one at a time reads and replaces it."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def is_fresh(mutant: Mutant, entries: dict[str, dict[str, Any]]) -> bool:
    """Whether a mutant was caught in the texts that stand now."""
    found = entries.get(mutant.id)
    return found is not None and digests(mutant).items() <= found.items()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


if __name__ == "__main__":
    complete()
