"""What peakguard is called in the digest of a set of policies, and in the key of a cache."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import peakguard
from peakguard.pipeline import cache

LANGUAGE = Path(peakguard.__file__).parent / "language"


def told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    monkeypatch.setattr(cache, "_PACKAGE", str(folder))
    cache._content.cache_clear()
    return cache.code_digest(), cache._code_key()


def test_the_digest_is_of_the_content_and_the_key_of_the_time_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (Path(shutil.copytree(LANGUAGE, tmp_path / name)) for name in ("one", "other"))
    digest, key = told(one, monkeypatch)
    assert told(other, monkeypatch)[0] == digest
    file = one / "model.py"
    stamp = file.stat()
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    touched, stale = told(one, monkeypatch)
    assert touched == digest
    assert stale != key
    file.write_text(file.read_text() + "\n")
    assert told(one, monkeypatch)[0] != digest
    cache._content.cache_clear()
