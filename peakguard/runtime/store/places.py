"""Where things are in a store, and who is writing them."""

from __future__ import annotations

import hashlib
import os
import re
from functools import lru_cache
from typing import NamedTuple

_TEMPORARY = re.compile(r"([0-9a-f]{8})-([0-9]+)-[0-9a-f]{16}")
_OBJECT = re.compile(r"[0-9a-f]{64}")


class Places(NamedTuple):
    """The folders of a store."""

    root: str

    @property
    def format(self) -> str:
        return os.path.join(self.root, "format")

    @property
    def temporary(self) -> str:
        return os.path.join(self.root, "temporary")

    @property
    def objects(self) -> str:
        return os.path.join(self.root, "objects")

    @property
    def keys(self) -> str:
        return os.path.join(self.root, "keys")

    @property
    def quarantine(self) -> str:
        return os.path.join(self.root, "quarantine")

    @property
    def pins(self) -> str:
        return os.path.join(self.root, "pins")

    @property
    def locks(self) -> str:
        return os.path.join(self.root, "locks")

    def object(self, digest: str) -> str:
        """The file of an object. Raises ValueError for what is no digest, which might lead elsewhere."""
        if _OBJECT.fullmatch(digest) is None:
            raise ValueError(f"{digest!r} is no digest")
        return os.path.join(self.objects, digest[:2], digest)

    def pointer(self, key: str) -> str:
        """The file of the pointer of a key."""
        name = key_name(key)
        return os.path.join(self.keys, name[:2], name)

    def new_temporary(self) -> str:
        """The name of a file to write to, which tells whoever sweeps whether its writer lives."""
        return os.path.join(self.temporary, f"{boot()}-{os.getpid()}-{os.urandom(8).hex()}")


def key_name(key: str) -> str:
    """The name of the pointer of a key: any text, of any length, also with lone surrogates."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def is_abandoned(name: str) -> bool:
    """Whether a temporary file is of a process that is gone; False for a name that is none of ours."""
    match = _TEMPORARY.fullmatch(name)
    if match is None:
        return False
    return match[1] != boot() or not _lives(int(match[2]))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is there, and another user's
        return True
    return True


@lru_cache(maxsize=1)
def boot() -> str:
    """Eight digits that change with every boot of the machine, so that process ids of another one mean nothing."""
    try:
        with open("/proc/sys/kernel/random/boot_id", "rb") as file:
            said = file.read()
    except OSError:
        import time

        said = b"%d" % round((time.time() - time.monotonic()) / 10)
    return hashlib.sha256(said).hexdigest()[:8]
