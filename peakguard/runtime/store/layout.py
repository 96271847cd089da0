"""Where things are in the folder of a store.

    format                  the version of this layout, written first
    objects/DIGEST          what was put, named by its SHA-256; never changed, only replaced by the same bytes
    keys/NAME               one pointer for each key, named by the SHA-256 of the key; replaced last
    pins/NAME               digests that are kept though no key names them
    quarantine/             damaged files as they were found, each with its reason
    tmp/                    files that are being written, named by who writes them
    locks/                  files that writers lock

Folders are flat: the name of a shard would have to be made durable too, by every writer.
"""

from __future__ import annotations

import hashlib
import os

FOLDERS = ("objects", "keys", "pins", "quarantine", "tmp", "locks")


class Layout:
    """The paths of a store."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.format = os.path.join(root, "format")
        self.objects, self.keys, self.pins, self.quarantine, self.tmp, self.locks = (
            os.path.join(root, folder) for folder in FOLDERS
        )

    def object(self, digest: str) -> str:
        """The path of an object."""
        return os.path.join(self.objects, digest)

    def pointer(self, key: str) -> str:
        """The path of the pointer of a key."""
        return os.path.join(self.keys, name_of(key))

    def pin(self, name: str) -> str:
        """The path of a pin."""
        return os.path.join(self.pins, name_of(name))


def name_of(key: str) -> str:
    """The name of a file for a key of any characters and length; no two keys share one."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def short_name(key: str) -> str:
    """The beginning of the name of a key, for reports, which tell no values."""
    return name_of(key)[:12]


def names_in(folder: str) -> list[str]:
    """The names in a folder, in order; none where it is missing."""
    try:
        return sorted(os.listdir(folder))
    except FileNotFoundError:
        return []
