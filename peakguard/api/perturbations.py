"""What `peakguard determinism` changes between two runs of a program: one thing at a time."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

_YEAR_AND_MORE = (400 * 86_400 + 7 * 3_600 + 11 * 60) * 10**9
_NEEDED = (
    "PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHON*", "PEAKGUARD_*", "LD_*", "DYLD_*", "SSL_*",
    "*_NUM_THREADS", "*_MAX_THREADS", "TZ", "LC_ALL",
)  # fmt: skip # a table
"""Variables without which a program may not even start."""
_OTHER = {"USER": "somebody", "LOGNAME": "somebody", "USERNAME": "somebody", "HOSTNAME": "elsewhere", "TERM": "dumb"}
PINNED = {"clock": "injected", "entropy": "injected", "listing": "sorted", "threads": 1}
"""What is the same in all runs but the one that changes it, also where the policy leaves it to the system."""


class Perturbation(NamedTuple):
    """One change: pins that are others, what is disturbed, nanoseconds that the clock is moved by, and so on."""

    name: str
    says: str
    pin: Mapping[str, Any] = {}
    disturb: Mapping[str, Any] = {}
    clock_ns: int = 0
    moves_folder: bool = False
    clears_environment: bool = False
    reverses_imports: bool = False


def perturbations(pin: Mapping[str, Any]) -> Iterator[Perturbation]:
    """All of them, in the order in which they are tried; several hash seeds and threads, for either may do no harm."""
    for seed in (1, 2, 3):
        value = (pin["hash_seed"] + seed) % 2**32
        yield Perturbation("hash seed", f"PYTHONHASHSEED is {value}", {"hash_seed": value})
    yield Perturbation("directory order", "names in folders come the other way round", disturb={"listing": "reversed"})
    yield Perturbation("clock", "it is 400 days and some hours later", clock_ns=_YEAR_AND_MORE)
    yield Perturbation("entropy", "random bytes of the system are others", disturb={"entropy": 1})
    yield Perturbation("memory", "objects lie at other addresses", disturb={"memory": 1})
    yield Perturbation(
        "schedule", "threads, processes and timers come in another order", disturb={"schedule": "reversed"}
    )
    for threads in (4, 8, 3):
        yield Perturbation("threads", f"native pools have {threads} threads", {"threads": threads})
    zone = "Asia/Kathmandu" if pin["timezone"] != "Asia/Kathmandu" else "America/St_Johns"
    yield Perturbation("time zone", f"TZ is {zone}", {"timezone": zone})
    locale = _other_locale(pin["locale"])
    yield Perturbation("locale", f"LC_ALL is {locale}", {"locale": locale})
    yield Perturbation("environment", "variables that no policy names are gone or others", clears_environment=True)
    yield Perturbation("working folder", "the project lies in another folder", moves_folder=True)
    yield Perturbation("import order", "the project's modules are imported the other way round", reverses_imports=True)


def cleared(environment: Mapping[str, str], named: tuple[str, ...]) -> dict[str, str]:
    """An environment of another user on another machine, with what the policy names and what programs need to start."""
    kept = {key: value for key, value in environment.items() if _is_like(key, (*_NEEDED, *named))}
    return {**{key: value for key, value in _OTHER.items() if not _is_like(key, named)}, **kept}


def _is_like(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _other_locale(locale: str) -> str:
    """One that writes numbers otherwise where the machine has it."""
    try:
        done = subprocess.run(["locale", "-a"], capture_output=True, check=False)  # noqa: S607 # of the system
    except OSError:
        return "C"
    installed = done.stdout.decode(errors="replace").split()
    wanted = [each for each in installed if each.startswith(("de_", "fr_", "es_", "pt_", "ru_"))]
    return next((each for each in wanted if each != locale), "C" if locale != "C" else "C.UTF-8")
