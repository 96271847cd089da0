"""What a `reproducibility` policy may say."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, Strict

from peakguard.language.header import Policy
from peakguard.language.model import Model
from peakguard.language.values import Size, Text, of_form

Level = Literal["recorded", "seeded", "strict"]
Global = Literal["random", "numpy", "torch", "tensorflow"]
Part = Literal["git", "packages", "platform", "inputs", "config", "policies"]
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", re.ASCII)
_LOCALE = re.compile(r"[A-Za-z]+(_[A-Z]{2})?(\.[A-Za-z0-9-]+)?", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\*?", re.ASCII)

HashSeed = Annotated[int, Strict(), Field(ge=0, le=4_294_967_295)]
Threads = Annotated[int, Strict(), Field(ge=1, le=1024)]
Zone = Annotated[str, Strict(), of_form(_ZONE, "time zone", "a name of the IANA database, such as UTC")]
Locale = Annotated[str, Strict(), of_form(_LOCALE, "locale", "a name such as C.UTF-8 or de_DE.UTF-8")]
Variable = Annotated[str, Strict(), of_form(_VARIABLE, "name of a variable", "letters, digits and _; a * at the end")]


class Seed(Model):
    """What the seed of a run is given to."""

    globals: tuple[Global, ...] = ("random", "numpy", "torch", "tensorflow")
    """Generators of the whole process that are seeded, each as soon as its library is there."""


class Pin(Model):
    """What is the same in every run."""

    hash_seed: HashSeed = 0
    """PYTHONHASHSEED: the order of sets of texts follows from it."""
    threads: Threads = 1
    """Threads of each native pool (Polars, OpenMP, BLAS); sums of floats depend on it."""
    timezone: Zone = "UTC"
    """TZ, the local time zone."""
    locale: Locale = "C.UTF-8"
    """LC_ALL: how numbers, dates and texts are written and sorted."""
    clock: Literal["system", "injected"] | None = None
    """`injected`: what the program reads as the time begins at the same moment in every repetition."""
    entropy: Literal["system", "injected"] | None = None
    """`injected`: `os.urandom`, `uuid`, `secrets` follow from the seed. Only for simulations: keys can be guessed."""
    listing: Literal["system", "sorted"] | None = None
    """`sorted`: `os.listdir` and `os.scandir`, so `glob` and `pathlib` too, give names in order."""


class Reproducibility(Policy):
    """How runs of the program are repeated: what is seeded, what is pinned, what is recorded."""

    kind: Literal["reproducibility"]
    """What the file declares."""
    level: Level = "seeded"
    """What a run must reach, or it does not begin: a manifest; a seed and pins; the clock, entropy and listings too."""
    seed: Seed = Field(default_factory=Seed)
    """What the seed is given to."""
    pin: Pin = Field(default_factory=Pin)
    """What is the same in every run."""
    record: tuple[Part, ...] = ("git", "packages", "platform", "inputs", "config", "policies")
    """What the manifest holds beside the command, the seed and the results."""
    environment: tuple[Variable, ...] = ()
    """Variables whose values are recorded and restored, such as `APP_*`; never those with secret names."""
    inputs: tuple[Text, ...] = ()
    """Files that libraries read on their own, such as Polars; what Python opens is seen anyway. Patterns."""
    outputs: tuple[Text, ...] = ()
    """Files that libraries write on their own, likewise."""
    keep: Size = "64MiB"
    """Inputs and checkpoints up to this size are kept with the run; of larger ones only the digest."""


MODEL = Reproducibility
