"""Canonical values as a step or a configuration gives them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from peakguard.api.rule_testing.missing.prover.cells import Untranslatable
from peakguard.api.rule_testing.missing.prover.days import PER_SECOND
from peakguard.expression.types import Type


def given(value: Any, type: Type) -> Any:
    """A value of a type as one of JSON. Raises Untranslatable for a time that is none of ours."""
    if type.kind == "record" and isinstance(value, Mapping):
        fields = dict(type.fields)
        return {name: given(each, fields[name].type) for name, each in value.items() if each is not None}
    if type.kind == "list" and isinstance(value, list):
        return [given(each, type.element[0].type) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return _time(value, type) if type.kind == "datetime" and value is not None else value


def length(count: int, type: Type) -> str:
    """A length of time as configurations write it; a step gives the count of its unit."""
    ticks = PER_SECOND[type.unit]
    return f"{count}{type.unit}" if count % ticks else f"{count // ticks}s"


def _time(count: int, type: Type) -> str:
    seconds, rest = divmod(count, PER_SECOND[type.unit])
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        raise Untranslatable("a time beyond the years 1 to 9999") from None
    text = moment.replace(tzinfo=None).isoformat()
    if rest:
        places = len(str(PER_SECOND[type.unit])) - 1
        text += f".{rest:0{places}}".rstrip("0")
    return text + ("Z" if type.zone else "")
