"""Where a cache lies: never where a lock and a sync mean nothing, unless the policy says so."""

from __future__ import annotations

import os

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

_MOUNTS = "/proc/self/mountinfo"
_NETWORK = frozenset(
    ("9p", "afs", "beegfs", "ceph", "cifs", "fuse.cephfs", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "gcsfuse",
     "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs")
)  # fmt: skip # a table


def check_folder(cache: str, folder: str, mounts: str = _MOUNTS) -> None:
    """Raises PeakguardError (PG2048) for a folder on a network file system, where the system tells."""
    system = file_system_of(os.path.realpath(folder), mounts)
    if system in _NETWORK:
        raise PeakguardError(codes.CACHE_ON_NETWORK, cache=cache, folder=folder, system=system)


def file_system_of(path: str, mounts: str = _MOUNTS) -> str | None:
    """The file system that a path lies on, by the longest mount point above it; None where nobody tells."""
    try:
        with open(mounts, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError:
        return None
    best, found = "", None
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        point = fields[4].encode().decode("unicode_escape") if "\\" in fields[4] else fields[4]
        is_above = path == point or path.startswith(point.rstrip("/") + "/")
        if is_above and len(point) >= len(best):
            best, found = point, after.split(" ")[0]
    return found
