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
from tests.mutation.workspace import REPOSITORY

RECORD = REPOSITORY / "tests" / "mutation" / "killed.jsonl"


def entry(mutant: Mutant, killed_by: str, seconds: float, seen: dict[str, Any]) -> dict[str, Any]:
    """The line of a mutant that was caught; `seen` is what it was caught in."""
    return {
        "id": mutant.id,
        "path": mutant.path,
        "fault": str(mutant.fault),
        "killed_by": killed_by,
        **seen,
        "seconds": round(seconds, 1),
    }


def seen_in(mutant: Mutant, root: Path = REPOSITORY) -> dict[str, Any]:
    """Digests of the fault itself, of the mutated file as it is without it, and of the files of its tests."""
    change = "\0".join([mutant.file, mutant.old, mutant.new, *mutant.tests])
    files = [root / mutant.file, *files_of(mutant, root)]
    return {
        "mutant": _digest(change.encode()),
        "files": {each.relative_to(root).as_posix(): digest_of(each) for each in files},
    }


def digest_of(path: Path) -> str:
    """The digest of a file, as the record has it."""
    return _digest(path.read_bytes())


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
    return found is not None and seen_in(mutant).items() <= found.items()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
