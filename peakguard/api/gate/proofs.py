"""The record of mutants: with which change of the program which test failed, and how their files were then."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.fsops import write_atomic

FORMAT = 1
Verdict = Literal["killed", "survived"]
Standing = Literal["killed", "survived", "stale", "unknown"]


class Proof(NamedTuple):
    """What one test said of one mutant; `files` are the digests of the files of both."""

    mutant: str
    test: str
    verdict: Verdict
    files: Mapping[str, str]


class Record:
    """The proofs of a project, by mutant and test."""

    def __init__(self, proofs: Iterable[Proof], root: str) -> None:
        self._proofs = {(proof.mutant, proof.test): proof for proof in proofs}
        self._root = root
        self._digests: dict[str, str] = {}

    def standing(self, mutant: str | None, test: str) -> Standing:
        """What the record says of a mutant and a test; `stale` where a file of theirs has changed since."""
        proof = self._proofs.get((mutant or "", test))
        if proof is None:
            return "unknown"
        return proof.verdict if not self.changed(proof) else "stale"

    def changed(self, proof: Proof) -> list[str]:
        """The files of a proof that are others now."""
        return [file for file, digest in proof.files.items() if self._digest(file) != digest]

    def find(self, mutant: str | None, test: str) -> Proof | None:
        """A proof, fresh or not."""
        return self._proofs.get((mutant or "", test))

    def knows(self, mutant: str) -> bool:
        """Whether any test was tried with a mutant."""
        return any(known == mutant for known, _ in self._proofs)

    def _digest(self, file: str) -> str:
        if file not in self._digests:
            self._digests[file] = digest_of_file(os.path.join(self._root, file))
        return self._digests[file]


def read_record(path: str, root: str) -> Record:
    """The record at a path from the root. Raises PeakguardError (PG984) where there is none that can be used."""
    try:
        with open(os.path.join(root, path), "rb") as file:
            data: Any = json.loads(file.read())
        if data["version"] != FORMAT:
            raise _unusable(path, f"has version {data['version']!r}, and this release reads {FORMAT}")
        return Record([_proof(each) for each in data["proofs"]], root)
    except OSError as error:
        raise _unusable(path, f"cannot be read: {(error.strerror or str(error)).lower()}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise _unusable(path, f"is no record of mutants: {error!r}") from error


def write_record(path: str, proofs: Iterable[Proof]) -> None:
    """Write proofs so that each is a line of its own, in order: two branches then seldom conflict in git."""
    rows = sorted(json.dumps(proof._asdict(), sort_keys=True) for proof in proofs)
    lines = ",\n".join(rows)
    text = f'{{"version": {FORMAT}, "proofs": [\n{lines}\n]}}\n'
    write_atomic(path, text.encode(), durability="rename")


def proofs_in(path: str) -> list[Proof]:
    """The proofs at a path, none where there is no such file. Raises PeakguardError (PG984) for another file."""
    if not os.path.exists(path):
        return []
    return list(read_record(path, "")._proofs.values())  # noqa: SLF001 # of this module


def digest_of_file(path: str) -> str:
    """The SHA-256 of a file in hexadecimal; empty where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _proof(data: Any) -> Proof:
    if data["verdict"] not in ("killed", "survived"):
        raise ValueError(f"verdict {data['verdict']!r}")
    return Proof(
        str(data["mutant"]), str(data["test"]), data["verdict"], {str(k): str(v) for k, v in data["files"].items()}
    )


def _unusable(path: str, problem: str) -> PeakguardError:
    return PeakguardError(codes.GATE_RECORD_UNUSABLE, record=path, problem=problem, renew="")
