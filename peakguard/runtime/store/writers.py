"""Who is writing: the names of temporary files tell it, so that those of the dead can be swept."""

from __future__ import annotations

import os
import time
from functools import lru_cache

from peakguard.runtime.fsops import remove_if_there
from peakguard.runtime.store.layout import Layout, names_in

STRANGER = 86_400.0
"""Seconds after which a temporary file is swept whose writer cannot be asked: of another machine or container."""


def temporary_path(layout: Layout) -> str:
    """A path that no other writer takes."""
    return os.path.join(layout.tmp, f"{_machine()}-{os.getpid():x}-{os.urandom(6).hex()}")


def lease_path(layout: Layout, digest: str, state: os.stat_result) -> str:
    """The path of a second name that this process gives to an object in a state, for as long as it runs."""
    return os.path.join(layout.tmp, f"{_machine()}-{os.getpid():x}-{digest}-{state.st_ino:x}")


def sweep(layout: Layout) -> int:
    """Remove the temporary files of writers that are gone; tells how many. Raises OSError."""
    swept = 0
    for name in names_in(layout.tmp):
        path = os.path.join(layout.tmp, name)
        if _is_dead(name, path):
            swept += remove_if_there(path)
    return swept


def _is_dead(name: str, path: str) -> bool:
    machine, _, rest = name.partition("-")
    process = rest.partition("-")[0]
    if machine == _machine() and machine != "0" and _is_number(process):
        return not _is_alive(int(process, 16))
    try:
        state = os.stat(path)
        return time.time() - max(state.st_mtime, state.st_ctime) > STRANGER  # a second name has the old time of change
    except FileNotFoundError:
        return False


def _is_number(text: str) -> bool:
    return text != "" and all(character in "0123456789abcdef" for character in text)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


@lru_cache(maxsize=1)
def _machine() -> str:
    """This start of this machine, and the container: process ids mean nothing outside. `0` where it is not known."""
    try:
        with open("/proc/sys/kernel/random/boot_id", "rb") as file:
            boot = file.read().decode("ascii").strip().replace("-", "")
        return boot + os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return "0"
