"""Manifests are kept whole or refused; a fingerprint is that of what a run was given and gave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.kinds.reproducibility.archive import Archive
from peakguard.kinds.reproducibility.manifest import decode, encode, fingerprint
from peakguard.runtime.errors import PeakguardError

FILE = {"path": "a.csv", "digest": "1", "content": "1", "size": 1, "kept": True, "columns": {}}
MANIFEST: dict[str, Any] = {
    "manifest": 1,
    "run_id": "01a2181e-abef-74f8-868e-9636473d0f27",
    "name": "main",
    "began": "2026-11-26T13:49:53+00:00",
    "seconds": 0.3,
    "command": ["main.py"],
    "folder": ".",
    "seed": 42,
    "level": "strict",
    "table": {"pin": {"clock": "injected"}},
    "clock_ns": 5,
    "policy_set": "p",
    "config": {"app": {"generation": 1, "digest": "c"}},
    "environment": {"APP": "1"},
    "python": {"version": "3.11.7"},
    "packages": {
        "numpy": {"version": "2", "files": "x", "used": True},
        "mypy": {"version": "1", "files": "y", "used": False},
    },
    "git": {"commit": "abc", "dirty": False},
    "streams": {"a": 1},
    "inputs": [FILE],
    "sources": [FILE],
    "checkpoints": [{"name": "signals", "digest": "2"}],
    "outputs": [FILE],
    "ended": {"status": "ok", "exit_code": 0},
    "fingerprint": "f",
}
COUNTS = ("command", "folder", "seed", "level", "policy_set", "environment", "streams", "ended", "clock_ns")


def test_what_a_run_was_given_and_gave_counts_and_nothing_else() -> None:
    first = fingerprint(MANIFEST)
    for key in COUNTS:
        assert fingerprint({**MANIFEST, key: "another"}) != first, key
    for key in ("inputs", "sources", "outputs"):
        assert fingerprint({**MANIFEST, key: [{**FILE, "digest": "9", "content": "9"}]}) != first, key
    assert fingerprint({**MANIFEST, "checkpoints": [{"name": "signals", "digest": "3"}]}) != first
    for key in ("run_id", "began", "seconds", "git", "name"):
        assert fingerprint({**MANIFEST, key: "another"}) == first, key
    unused = {**MANIFEST["packages"], "mypy": {"version": "2", "files": "z", "used": False}}
    assert fingerprint({**MANIFEST, "packages": unused}) == first
    used = {**MANIFEST["packages"], "numpy": {"version": "2", "files": "z", "used": True}}
    assert fingerprint({**MANIFEST, "packages": used}) != first


def test_the_time_counts_only_where_the_program_reads_it_from_us() -> None:
    plain = {**MANIFEST, "table": {"pin": {"clock": "system"}}}
    assert fingerprint({**plain, "clock_ns": 6}) == fingerprint(plain)


@given(st.data())
def test_a_manifest_of_which_one_byte_is_another_is_refused(data: st.DataObject) -> None:
    whole = encode(MANIFEST)
    assert decode(whole, "run") == MANIFEST
    at = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[at]))
    with pytest.raises(PeakguardError) as caught:
        decode(whole[:at] + bytes([other]) + whole[at + 1 :], "run")
    assert caught.value.code == "PG2102"


@given(st.integers(0, 600))
def test_a_part_of_a_manifest_is_refused(length: int) -> None:
    with pytest.raises(PeakguardError):
        decode(encode(MANIFEST)[:length], "run")


def test_a_manifest_of_a_newer_release_is_refused() -> None:
    with pytest.raises(PeakguardError) as caught:
        decode(encode({**MANIFEST, "manifest": 2}), "run")
    assert (caught.value.code, "format 2" in caught.value.context["problem"]) == ("PG2102", True)


def test_runs_are_found_by_the_first_digits_of_their_ids(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path / "runs"))
    ids = ["01a21811", "01a21812", "01b00000"]
    for run in ids:
        archive.save({**MANIFEST, "run_id": run}, [archive.add(run.encode())])
    assert [found.key for found in archive.runs()] == ids
    assert archive.find("last").key == archive.find("01b").key == "01b00000"
    for run, said in (("01a", "may be any of 2 runs"), ("02", "no run that was recorded"), ("", "no run")):
        with pytest.raises(PeakguardError) as caught:
            archive.find(run)
        assert said in caught.value.context["problem"]
    assert json.loads(json.dumps(archive.load("01a21812")))["run_id"] == "01a21812"


def test_what_a_run_keeps_stays_until_it_is_removed(tmp_path: Path) -> None:
    archive = Archive(str(tmp_path / "runs"))
    digests = {run: [archive.add(b"shared"), archive.add(run.encode())] for run in ("one", "two")}
    for run, kept in digests.items():
        archive.save({**MANIFEST, "run_id": run}, kept)
    archive.remove("one")
    archive.collect(grace=0.0)
    assert [archive.content(digest) for digest in digests["two"]] == [b"shared", b"two"]
    assert archive.content(digests["one"][1]) is None
