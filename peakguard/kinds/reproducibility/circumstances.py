"""What a run stands in: Python, the platform, installed packages, the commit and what differs from it."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any


def python_facts() -> dict[str, Any]:
    """The interpreter; a run can be repeated on the same one only."""
    return {"version": platform.python_version(), "implementation": sys.implementation.name, "flags": _flags()}


def platform_facts() -> dict[str, Any]:
    """The machine: floats may differ in their last bits from one kind of processor to another."""
    return {
        "system": platform.system(), "release": platform.release(), "machine": platform.machine(),
        "processors": os.cpu_count(), "libc": " ".join(platform.libc_ver()), "flags": _processor_flags(),
    }  # fmt: skip # a table


def packages() -> dict[str, dict[str, Any]]:
    """Every installed distribution: its version, the digest of its list of files, and whether it is in use now."""
    found: dict[str, dict[str, Any]] = {}
    loaded = {name.partition(".")[0] for name in sys.modules}
    for folder in _metadata_folders():
        name, _, version = os.path.basename(folder).removesuffix(".dist-info").rpartition("-")
        files = _read(os.path.join(folder, "RECORD"))
        if name and name not in found:
            digest = hashlib.sha256(files).hexdigest()
            found[name] = {"version": version, "files": digest, "used": not loaded.isdisjoint(_modules_of(files))}
    return dict(sorted(found.items()))


def git_facts(root: str) -> tuple[dict[str, Any], bytes] | None:
    """The commit, and what differs from it as a patch; None where the root is in no repository."""
    commit = _git(root, "rev-parse", "HEAD")
    if commit is None:
        return None
    patch = _git(root, "diff", "HEAD", "--binary", "--no-ext-diff") or b""
    facts = {"commit": commit.decode().strip(), "dirty": bool(patch)}
    return facts, patch


def _flags() -> list[str]:
    """The options that the interpreter was started with."""
    words, kept = iter(sys.orig_argv[1:]), []
    for word in words:
        if not word.startswith("-") or word in ("-m", "-c"):
            break
        kept.append(word)
        if word in ("-W", "-X"):
            kept.append(next(words, ""))
    return kept


def _processor_flags() -> str | None:
    with suppress(OSError), open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith(("flags", "Features")):
                return hashlib.sha256(" ".join(sorted(line.partition(":")[2].split())).encode()).hexdigest()
    return None


def _metadata_folders() -> Iterator[str]:
    for path in dict.fromkeys(sys.path):
        with suppress(OSError):
            for name in sorted(os.listdir(path or ".")):
                if name.endswith(".dist-info"):
                    yield os.path.join(path or ".", name)


def _modules_of(files: bytes) -> Collection[str]:
    """The modules and packages at the top of a distribution, from its list of files."""
    starts = {line.split(b",", 1)[0].split(b"/", 1)[0] for line in files.splitlines()}
    return {start.decode("utf-8", "replace").partition(".")[0] for start in starts}


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _git(root: str, *words: str) -> bytes | None:
    command = ["git", "-C", root, *words]
    try:
        done = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603 # ours
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
