"""The form in which events are declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Field(NamedTuple):
    """A field of an event: its type in words of JSON Schema, whether it may be null, and what it says."""

    type: str
    says: str
    nullable: bool = False


class EventKind(NamedTuple):
    """What one name of an event stands for."""

    says: str
    fields: Mapping[str, Field]
