"""What a `cache` policy may say."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, Strict

from peakguard.language.header import Mode, Policy
from peakguard.language.model import Model
from peakguard.language.references import ContractRef
from peakguard.language.values import Duration, Flag, Name, Size, Text, of_form

_CLASS = re.compile(r"[A-Z]\w*|[A-Za-z_][\w.]*:[A-Za-z_][\w.]*", re.ASCII)
ErrorClass = Annotated[
    str, Strict(), of_form(_CLASS, "exception", "a built-in exception (KeyError), or `module:Class`")
]


class Negative(Model):
    """What is remembered of calls that gave nothing."""

    ttl: Duration
    """How long."""
    on: tuple[ErrorClass, ...] = ()
    """Exceptions that are raised again without a call."""
    empty: Flag = False
    """Whether a frame without rows is kept only that long."""


class Cache(Model):
    """One cache: a folder with a value for each key."""

    description: Text | None = None
    """What it is for."""
    mode: Mode = "enforce"
    """`observe` makes every call and keeps what it gives, `off` does nothing."""
    folder: Text | None = None
    """Where it lies, from the root of the project; `.peakguard/caches/NAME` if it is not given."""
    contract: ContractRef | None = None
    """The contract that every value keeps; what was found good is not asked again until the contract changes."""
    ttl: Duration | None = None
    """How long a value is given without a new call; for ever if it is not given."""
    stale_while_revalidate: Duration | None = None
    """So long after `ttl` the old value is given at once, while a new one is fetched."""
    stale_if_error: Duration | None = None
    """So long after `ttl` the old value is given where a new one cannot be had."""
    negative: Negative | None = None
    """What is remembered of calls that gave nothing."""
    max_size: Size | None = None
    """Bytes of all values together; those that were not used for longest go first."""
    max_entries: Annotated[int, Strict(), Field(ge=1)] | None = None
    """Values at most; those that were not used for longest go first."""
    wait: Duration = "60s"
    """How long a caller waits while another fetches the same value, before it makes the call itself."""
    durability: Literal["full", "rename", "none"] = "full"
    """`full` survives a power cut, `rename` a crash of the program; `none` writes in place."""
    verify: Literal["always", "first_open", "sampled", "never"] = "first_open"
    """When the digest of a whole file is compared; the checksums of pages are in all modes but `never`."""
    compression: Literal["zstd", "snappy", "lz4", "none"] = "zstd"
    """How pages are compressed."""
    on_corrupt: Literal["quarantine", "raise"] = "quarantine"
    """A damaged value is kept as evidence; then it is fetched again, or the error is raised."""
    network: Flag = False
    """Whether the folder may lie on a network file system, where nobody promises what a crash leaves."""


class Caches(Policy):
    """Frames kept on disk."""

    kind: Literal["cache"]
    """What the file declares."""
    policies: Annotated[dict[Name, Cache], Field(min_length=1)]
    """The caches, by the names that bindings and `policies.cache` call them."""


MODEL = Caches
