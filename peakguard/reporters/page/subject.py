"""What a page tells beside the verdicts: whose contract it is, what its rules ask, and what its codes mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple


class CodePage(NamedTuple):
    """An error code of the operator's catalog."""

    title: str
    cause: str | None
    hints: tuple[str, ...]
    recovery: tuple[str, ...]


class Subject(NamedTuple):
    """The contract that judged, and when; all texts are the operator's.

    `demands` holds what each rule asks, by the rule's id; `units` those of columns; `digest` names the policies.
    """

    contract: str
    version: str
    origin: str
    description: str | None
    owner: str | None
    demands: Mapping[str, str]
    units: Mapping[str, str]
    codes: Mapping[str, CodePage]
    digest: str
    made: datetime
