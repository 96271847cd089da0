"""What a `test` policy may say."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Strict, Tag, model_validator

from peakguard.kinds.test.expected import Answer, Call, Failure, OfCall, OfConfig, OfError, OfRow, OfStep
from peakguard.kinds.test.tables import Table
from peakguard.language.header import Policy
from peakguard.language.model import Model
from peakguard.language.references import ConfigRef, ContractRef, ErrorRef, InvariantsRef, ResilienceRef
from peakguard.language.typed import ShortForm
from peakguard.language.values import Rate, Text, choose_one

SUBJECTS = ("contract", "invariants", "resilience", "config", "error", "exception")
"""The keys of which a case has exactly one: what is tested."""


class Case(Model):
    """What every case may say."""

    name: Text | None = None
    """What the case shows."""
    description: Text | None = None
    """Why it is there."""


class ContractCase(Case):
    """Rows for a contract."""

    contract: ContractRef
    """The contract."""
    rows: Table
    """Rows: CSV with a header, a list of tables, or a series."""
    defaults: dict[Text, Any] = Field(default_factory=dict)
    """Values of columns that no row gives."""
    references: dict[Text, Table] = Field(default_factory=dict)
    """Rows of the contracts that it refers to, by their names."""
    now: Text | None = None
    """What `freshness` and exemptions are measured against, e.g. 2026-01-02T00:00:00Z."""
    expect: tuple[OfRow, ...] = ()
    """What becomes of the rows."""


class InvariantsCase(Case):
    """Steps for invariants."""

    invariants: InvariantsRef
    """The invariants."""
    steps: Table
    """Steps: CSV with a header, a list of tables, or a series."""
    defaults: dict[Text, Any] = Field(default_factory=dict)
    """Values of fields that no step gives."""
    expect: tuple[OfStep, ...] = ()
    """What becomes of the steps."""


class ResilienceCase(Case):
    """A script for a resilience policy, on a clock that costs nothing."""

    resilience: ResilienceRef
    """The policy."""
    script: tuple[Annotated[Answer, ShortForm("result")], ...] = ()
    """What the attempts of one call meet, in order."""
    calls: tuple[Call, ...] = ()
    """In place of a script: several calls."""
    chance: Annotated[Rate, Field(lt=1)] = 0.5
    """What every draw gives, of [0, 1): it decides jittered waits."""
    expect: OfCall | None = None
    """What becomes of the call."""

    @model_validator(mode="before")
    @classmethod
    def _script_or_calls(cls, value: Any) -> Any:
        if isinstance(value, dict):
            choose_one(value, ("script", "calls"))
        return value


class ConfigCase(Case):
    """Files and variables for a config policy."""

    config: ConfigRef
    """The config policy."""
    files: dict[Text, Annotated[str, Strict()]] = Field(default_factory=dict)
    """By path, the text of a file; they stand in for those of the policy."""
    values: dict[Text, Any] | None = None
    """In place of files: a configuration as a table."""
    environment: dict[Text, Annotated[str, Strict()]] = Field(default_factory=dict)
    """Variables; there are no others."""
    profile: Text | None = None
    """The profile that is asked for."""
    expect: OfConfig = Field(default_factory=OfConfig)
    """What becomes of it."""

    @model_validator(mode="before")
    @classmethod
    def _files_or_values(cls, value: Any) -> Any:
        if isinstance(value, dict):
            choose_one(value, ("files", "values"), is_optional=True)
        return value


class ErrorCase(Case):
    """An error of a catalog with its context."""

    error: ErrorRef
    """The code."""
    context: dict[Text, Any] = Field(default_factory=dict)
    """The values that it carries."""
    expect: OfError
    """How it reads."""


class Foreign(Model):
    """An exception of a library."""

    type: Failure
    """Its class, such as ConnectionError or module:Class; nothing is imported."""
    message: str = "scripted"
    """What it says."""
    status: Annotated[int, Strict(), Field(ge=100, le=599)] | None = None
    """The HTTP status that it carries."""
    errno: Text | None = None
    """The error number that it carries, such as ENOSPC."""


class ExceptionCase(Case):
    """A foreign exception, and what the catalogs make of it."""

    exception: Annotated[Foreign, ShortForm("type")]
    """The exception."""
    context: dict[Text, Any] = Field(default_factory=dict)
    """Values that fill its hints."""
    expect: OfError
    """What it is classified as."""


def subject_of(value: Any) -> str:
    """The tag of a case; the brackets keep it apart from keys, which locations of faults are made of."""
    keys = value if isinstance(value, dict) else type(value).model_fields
    return f"({next((each for each in SUBJECTS if each in keys), SUBJECTS[0])})"


def _one_subject(value: Any) -> Any:
    if isinstance(value, dict):
        choose_one(value, SUBJECTS)
    return value


AnyCase = Annotated[
    Annotated[
        Annotated[ContractCase, Tag("(contract)")]
        | Annotated[InvariantsCase, Tag("(invariants)")]
        | Annotated[ResilienceCase, Tag("(resilience)")]
        | Annotated[ConfigCase, Tag("(config)")]
        | Annotated[ErrorCase, Tag("(error)")]
        | Annotated[ExceptionCase, Tag("(exception)")],
        Discriminator(subject_of),
    ],
    BeforeValidator(_one_subject),
]


class Suite(Policy):
    """Cases, each with what should become of it."""

    kind: Literal["test"]
    """What the file declares."""
    tests: Annotated[tuple[AnyCase, ...], Field(min_length=1)]
    """The cases."""


MODEL = Suite
