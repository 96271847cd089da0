"""One generation of a configuration, and where it comes from. Nothing in it changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.kinds.config.sections import Section
from peakguard.runtime.digest import digest_of

Source = Literal["files", "published", "rollback", "last_good"]


class Provenance(NamedTuple):
    """What a generation was made of: files with the digests of their bytes, variables by name, never their values.

    `at` counts seconds since 1970; `source` says what brought it in.
    """

    source: Source
    files: tuple[tuple[str, str | None], ...]
    variables: tuple[str, ...]
    profile: str | None
    policy_set: str
    at: float


class Snapshot(NamedTuple):
    """A generation: `snapshot.config.risk.max_drawdown`. `origins` says where each value stands.

    Generations count up for all processes that share the folder of the project; equal configurations have one digest.
    """

    config: Any
    generation: int
    digest: str
    provenance: Provenance
    origins: Mapping[str, str]


class Reload(NamedTuple):
    """What became of an attempt: `taken`, `unchanged` or `refused`, with the generation that is served after it."""

    state: Literal["taken", "unchanged", "refused"]
    generation: int
    changed: tuple[str, ...]
    findings: tuple[Diagnostic, ...]
    error: Exception | None


class Status(NamedTuple):
    """`ready`; `degraded`: newer ones were refused, for this cause; `stale`: for longer than `max_stale`.

    `age` is seconds since the files were last found good, `unsaved` why the last good one could not be kept on disk.
    """

    state: Literal["ready", "degraded", "stale"]
    generation: int
    digest: str
    age: float
    cause: str
    unsaved: str


def digest_of_section(section: Section) -> str:
    """The name of what a configuration says. Secrets count as one, so that the digest may be written anywhere."""
    return digest_of(repr(section).encode("utf-8", "surrogatepass"))
