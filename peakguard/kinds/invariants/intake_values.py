"""The values of a step: read into what the monitor's text computes with, and restored for people."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from math import isfinite
from typing import Any

from peakguard.runtime.reading import value_reader
from peakguard.runtime.values import NotAValue, restorer

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Refuse = Callable[[int, str, Any], None]


class Reading:
    """The fields of a state. `refuse` is called with the step, the field, and a value that is none of its type."""

    def __init__(self, table: Mapping[str, Any], refuse: Refuse) -> None:
        fields = table["state"]
        self.names = [field["name"] for field in fields]
        self.kept: list[str] = table["kept"]
        self._raw = frozenset(table["raw"])
        self._readers: list[tuple[str, type | None, Callable[[Any], Any]]] = [
            (field["name"], _plain_class(field), _reader(field, self._raw)) for field in fields
        ]
        self._restorers = {
            field["name"]: restorer(field["form"])
            for field in fields
            if isinstance(field["form"], str) and field["name"] not in self._raw
        }
        self._refuse = refuse

    def read(self, step: int, /, *values: Any) -> list[Any] | None:
        """All values of a step as the text computes with them, None where one of them is refused."""
        found = []
        for (name, plain, read), value in zip(self._readers, values, strict=True):
            if value.__class__ is plain and (plain is bool or isfinite(value)):  # type: ignore[arg-type] # a float
                found.append(value)
                continue
            try:
                found.append(read(value))
            except NotAValue:
                self._refuse(step, name, value)
                return None
        return found

    def shown(self, values: Sequence[Any], names: Sequence[str] = ()) -> Mapping[str, Any]:
        """The values of some fields, or of all, for people."""
        pairs = dict(zip(self.names, values, strict=True))
        return self.restored({name: pairs[name] for name in names or self.names})

    def restored(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Counts of time as times, and lists as they are now: their program goes on changing them."""
        return {
            name: self._restorers[name](each) if name in self._restorers else _copied(each)
            for name, each in values.items()
        }


def _copied(value: Any) -> Any:
    if isinstance(value, list):
        return [each.copy() if isinstance(each, dict) else each for each in value]
    return value.copy() if isinstance(value, dict) else value


_PLAIN = {"bool": bool, "float64": float}


def _plain_class(field: Mapping[str, Any]) -> type | None:
    """The class of which every object, if it is a finite number or none, is a value as it is."""
    return _PLAIN.get(field["form"]) if isinstance(field["form"], str) else None


def _reader(field: Mapping[str, Any], raw: Collection[str]) -> Callable[[Any], Any]:
    if field["form"] is None:  # nothing asks about it
        return lambda value: value
    read = value_reader({**field, "type": field["form"]})
    return _time_reader(read) if field["name"] in raw else read


def moment(value: Any) -> Any:
    """A time of pandas in UTC as Python has it; anything else as it is."""
    kind = value.__class__
    if kind.__name__ != "Timestamp" or not kind.__module__.startswith("pandas") or value.nanosecond:
        return value
    zone = value.tzinfo
    if (zone is not UTC and getattr(zone, "key", None) != "UTC") or not MINYEAR <= value.year <= MAXYEAR:
        return value
    return value.to_pydatetime().replace(tzinfo=UTC)


def _time_reader(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Times of any form as datetimes in UTC."""

    def time(value: Any) -> datetime | None:
        found = moment(value)
        if found.__class__ is datetime and found.tzinfo is UTC:
            made: datetime = found
            return made
        canonical = read(value)
        try:
            return None if canonical is None else _EPOCH + timedelta(microseconds=canonical)
        except OverflowError:
            raise NotAValue(value, "datetime[us, UTC]", "range") from None

    return time
