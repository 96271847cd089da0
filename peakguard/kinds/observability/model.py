"""What an `observability` policy may say."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, Strict

from peakguard.language.header import Policy
from peakguard.language.model import Model
from peakguard.language.values import Count, Duration, Flag, Name, Rate, Size, Text, of_form

Level = Literal["debug", "info", "warning", "error", "critical"]
ContextPart = Literal["run_id", "trace_id", "span_id", "policy_set"]
Detector = Literal["authorization", "aws_key", "jwt", "private_key", "url_userinfo", "vendor_token"]
DETECTORS: tuple[Detector, ...] = (
    "authorization", "aws_key", "jwt", "private_key", "url_userinfo", "vendor_token",
)  # fmt: skip # the same, as a value
_LOGGER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*", re.ASCII)
_KEY = re.compile(r"\*?[A-Za-z0-9_-]+(\*[A-Za-z0-9_-]+)*\*?", re.ASCII)


_KEY_SAYS = "letters, digits, _ and -, with * for any others, such as *token*"

LoggerName = Annotated[str, Strict(), of_form(_LOGGER, "name of a logger", "names joined by dots, or `root`")]
KeyPattern = Annotated[str, Strict(), of_form(_KEY, "pattern of a key", _KEY_SAYS)]


class Sink(Model):
    """One place that events and records are written to."""

    to: Text
    """`stderr`, `stdout`, `logging` (handlers of the program), `otlp` (OpenTelemetry), or the path of a file."""
    format: Literal["pretty", "json"] | None = None
    """Lines for people or for programs; `pretty` on a stream and `json` in a file if it is not given."""
    level: Level = "info"
    """What is less severe is not written."""
    rotate: Size | None = None
    """Size after which a file is put aside and a new one begins, e.g. 64MiB."""
    keep: Annotated[int, Strict(), Field(ge=1, le=10_000)] | None = None
    """Files put aside that are kept; the oldest goes first. 8 if it is not given."""


class Sample(Model):
    """How many events of one name are written; every one that is says how many before it were not."""

    first: Count = 0
    """So many are written."""
    then: Rate = 0.0
    """Of the others this share, evenly spread."""
    per: Duration | None = None
    """After this time it begins again with `first`."""


class Redact(Model):
    """What never leaves the program."""

    keys: tuple[KeyPattern, ...] = ()
    """Values under these keys, beside those of the built-in list; upper case, _ and - make no difference."""
    builtin: Flag = True
    """Whether the built-in list of keys holds too: passwords, tokens, secrets, cookies, keys of APIs."""
    detectors: tuple[Detector, ...] = DETECTORS
    """Secrets that are known by their form, in any text."""
    environment: Flag = True
    """Whether values of environment variables with such names are struck out wherever they occur."""


class Exceptions(Model):
    """What is written of an exception."""

    frames: Annotated[int, Strict(), Field(ge=1, le=1000)] = 50
    """The innermost frames of its traceback."""
    locals: Flag = False
    """Whether local variables of the innermost frames are written too."""


class Limits(Model):
    """How large an event may be."""

    event: Size = "32KiB"
    """What is longer is shortened, and says so."""
    depth: Annotated[int, Strict(), Field(ge=1, le=20)] = 6
    """Lists and tables nested deeper are written as text."""


class Observability(Policy):
    """Where events and log records go, what they carry, and what never leaves the program."""

    kind: Literal["observability"]
    """What the file declares."""
    fields: tuple[ContextPart, ...] = ("run_id", "trace_id", "span_id", "policy_set")
    """Which parts of the context are written; the others are null."""
    sinks: Annotated[dict[Name, Sink], Field(min_length=1)]
    """The places, by name."""
    levels: dict[LoggerName, Level] = Field(default_factory=dict)
    """Least severity by logger, for all below it too; `root` for all."""
    sample: dict[Text, Sample] = Field(default_factory=dict)
    """Events, loggers or error codes of which not all are written."""
    redact: Redact = Field(default_factory=Redact)
    """What never leaves the program."""
    exceptions: Exceptions = Field(default_factory=Exceptions)
    """What is written of an exception."""
    limits: Limits = Field(default_factory=Limits)
    """How large an event may be."""


MODEL = Observability
