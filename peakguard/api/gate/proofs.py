"""The record of mutants: which test failed with which change of the program, and how their files were then."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

SHORTEST = 16
"""Hexadecimal digits of a SHA-256 that are enough to tell files apart."""

Standing = Literal["killed", "survived", "stale", "unknown"]


class Proof(NamedTuple):
    """What is known of one mutant.

    `killed_by` is the test that failed with it, empty where none did; `files` are the digests of the changed file and
    of those that the test stands in.
    """

    mutant: str
    killed_by: str
    files: Mapping[str, str]


class Record:
    """The proofs of a project. `root` is the folder that their files lie under."""

    def __init__(self, proofs: Iterable[Proof], root: str) -> None:
        self._proofs: dict[str, list[Proof]] = {}
        for proof in proofs:
            self._proofs.setdefault(proof.mutant, []).append(proof)
        self._root = root
        self._digests: dict[str, str] = {}

    def find(self, mutant: str | None, test: str) -> Proof | None:
        """What is known of a mutant with a test, one case of which is enough; else of the mutant with no test."""
        known = self._proofs.get(mutant or "", [])
        fitting = [each for each in known if _is_of(each.killed_by, test)]
        return next(iter(fitting), None) or next((each for each in known if not each.killed_by), None)

    def standing(self, mutant: str | None, test: str) -> Standing:
        """What the record says of a mutant and a test; `stale` where a file of theirs has changed since."""
        proof = self.find(mutant, test)
        if proof is None:
            return "unknown"
        if not proof.files or self.changed(proof):
            return "stale"
        return "killed" if proof.killed_by else "survived"

    def others(self, mutant: str | None) -> list[str]:
        """The tests that are known to fail with a mutant."""
        return [each.killed_by for each in self._proofs.get(mutant or "", []) if each.killed_by]

    def changed(self, proof: Proof) -> list[str]:
        """The files of a proof that are others now, or gone."""
        return [file for file, digest in proof.files.items() if not self._is(file, digest)]

    def _is(self, file: str, digest: str) -> bool:
        if file not in self._digests:
            self._digests[file] = digest_of_file(os.path.join(self._root, file))
        return len(digest) >= SHORTEST and self._digests[file].startswith(digest)


def read_record(path: str, root: str) -> Record:
    """The record at a path from the root, a line of JSON for each proof.

    Raises PeakguardError (PG984) where there is none that can be used.
    """
    proofs: list[Proof] = []
    try:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            for line in file:
                proofs.append(_proof(json.loads(line)))  # noqa: PERF401 # how many there are names the line at fault
    except OSError as error:
        raise _unusable(path, f"cannot be read: {(error.strerror or str(error)).lower()}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unusable(path, f"has no proof in line {len(proofs) + 1}: {error!r}") from error
    return Record(proofs, root)


def digest_of_file(path: str) -> str:
    """The SHA-256 of a file in hexadecimal; empty where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _is_of(killed_by: str, test: str) -> bool:
    """Whether a test that failed is the one that is named, or a case of it."""
    return bool(killed_by) and (killed_by == test or killed_by.partition("[")[0] == test)


def _proof(data: Any) -> Proof:
    files = {str(file): str(digest) for file, digest in data.get("files", {}).items()}
    return Proof(str(data["id"]), str(data["killed_by"] or ""), files)


def _unusable(path: str, problem: str) -> PeakguardError:
    return PeakguardError(codes.GATE_RECORD_UNUSABLE, record=path, problem=problem, renew="")
