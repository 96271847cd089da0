"""The keys that begin every policy file."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, Strict

from peakguard.diagnostics import codes
from peakguard.language.model import Model
from peakguard.language.values import Date, Name, Text, Version, fault

FORMAT = 1
Mode = Literal["enforce", "observe", "off"]


def _check_code(text: str) -> str:
    from peakguard.diagnostics.catalog import CATALOG
    from peakguard.diagnostics.wording import did_you_mean

    if text not in CATALOG:
        raise fault(codes.UNKNOWN_CODE, found=text, suggestion=did_you_mean(text, list(CATALOG)))
    return text


class Suppression(Model):
    """Silences the findings of one code in this file, for a stated reason and until a stated date."""

    code: Annotated[str, Strict(), AfterValidator(_check_code)]
    """Code of the finding, e.g. PG412."""
    reason: Text
    """Why the finding is acceptable for now."""
    until: Date
    """The last day on which the suppression holds."""


class Acceptance(Model):
    """A change of this policy that breaks somebody, or may, and is made all the same."""

    change: Text
    """What changes: an element as `peakguard diff` names it, such as `columns.open.gt`, or all below one."""
    reason: Text
    """Why it is made, and what those do who rely on what was."""
    version: Version
    """The version of this policy that brings the change; when that is the old one, the line says no more."""


class Policy(Model):
    """The header; the model of each kind adds its own keys."""

    HOLDS_BYTES: ClassVar[bool] = False
    """Whether what it declares may be of type `binary`."""
    peakguard: Literal[1]
    """Format of this file."""
    kind: Text
    """What the file declares; decides all other keys."""
    name: Name
    """Unique among the policies of this kind."""
    version: Version
    """Semantic version of this policy."""
    owner: Text | None = None
    """Who answers for this policy."""
    description: Text | None = None
    """What the policy is for."""
    mode: Mode = "enforce"
    """`observe` reports without acting, `off` does nothing."""
    requires: Text | None = None
    """Versions of peakguard that understand this file, e.g. '>=0.4'."""
    suppress: tuple[Suppression, ...] = Field(default=())
    """Findings that are silenced in this file."""
    accept: tuple[Acceptance, ...] = Field(default=())
    """Changes that `peakguard diff` would refuse, each with the reason and the version that brings it."""
