"""A configuration as programs read it: attributes and keys, frozen to the bottom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from keyword import iskeyword
from types import MappingProxyType
from typing import Any, NoReturn

from peakguard.kinds.config.judged import ENTRIES
from peakguard.runtime.values import restorer


class Section:
    """A table of a configuration: `section.key`, `section["key"]`, `in`, `len` and iteration over its keys.

    It never changes, nor does anything in it. It pickles, and equals a section with equal values.
    """

    __slots__ = ("_values",)
    _values: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __eq__(self, other: object) -> bool:
        return self._values == other._values if isinstance(other, Section) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a configuration does not change: {name!r} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a configuration does not change: {name!r} cannot be taken away")

    def __getattr__(self, name: str) -> NoReturn:
        from peakguard.diagnostics.wording import did_you_mean

        known = [] if name.startswith("_") else list(self._values)
        raise AttributeError(f"the section has no {name!r}. {did_you_mean(name, known)}".rstrip())

    def __reduce__(self) -> tuple[Any, ...]:
        return section, (dict(self._values),)

    def __repr__(self) -> str:
        return f"Section({', '.join(f'{name}={value!r}' for name, value in self._values.items())})"


class Secret:
    """A secret: `get_secret_value()` gives it, and nothing else shows it. Log records strike it out by its value."""

    __slots__ = ("_value",)
    _value: str

    def __init__(self, value: str) -> None:
        from peakguard.runtime.secrets import remember

        object.__setattr__(self, "_value", value)
        remember(value)

    def get_secret_value(self) -> str:
        """The secret itself."""
        return self._value

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a secret does not change")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> tuple[Any, ...]:
        return Secret, (self._value,)

    def __repr__(self) -> str:
        return "Secret('…')"


def section(values: Mapping[str, Any]) -> Section:
    """The section of some values, which are frozen already."""
    made = _class_of(tuple(values))()
    object.__setattr__(made, "_values", MappingProxyType(dict(values)))
    for name in type(made).__slots__:
        object.__setattr__(made, name, values[name])
    return made


@lru_cache(maxsize=512)
def _class_of(names: tuple[str, ...]) -> type[Section]:
    """A class whose slots are the keys that can be attributes: the fastest reads that Python has."""
    slots = tuple(name for name in names if name.isidentifier() and not iskeyword(name) and not name.startswith("_"))
    return type("Section", (Section,), {"__slots__": slots})


def restored(fields: Mapping[str, Any], values: Mapping[str, Any]) -> Section:
    """Canonical values as the section that programs read."""
    return section({name: _part(fields[name], value) for name, value in values.items() if name in fields})


def _part(part: Mapping[str, Any], value: Any) -> Any:
    if value is None:
        return None
    if part["is"] == "field":
        return Secret(value) if part["secret"] else frozen(part["type"], value)
    if part["is"] == "table":
        return restored(part["fields"], value)
    if part["is"] == "map":
        return section({key: _part(part["values"], each) for key, each in value[ENTRIES].items()})
    key = part["union"]
    fields = {**part["common"], **part["variants"].get(value[key], {})}
    return section({key: value[key], **{name: _part(fields[name], value[name]) for name in fields if name in value}})


def frozen(form: Any, value: Any) -> Any:
    """A canonical value as Python's own: times as datetime, lists as tuples, records as sections."""
    if value is None:
        return None
    if isinstance(form, Mapping):
        if "list" in form:
            return tuple(frozen(form["list"], item) for item in value)
        if "record" in form:
            return section({name: frozen(inner, value[name]) for name, inner in form["record"].items()})
        return value if "enum" in form else frozen(form["type"], value)
    return restorer(form)(value)


def flat(values: Section, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value by its path: `("risk.max_drawdown", 0.2)`."""
    for key in values:
        here = f"{path}.{key}" if path else key
        if isinstance(values[key], Section):
            yield from flat(values[key], here)
        else:
            yield here, values[key]


def changed_paths(old: Section, new: Section) -> tuple[str, ...]:
    """The paths whose values differ between two configurations."""
    before, after = dict(flat(old)), dict(flat(new))
    missing = object()
    return tuple(sorted(path for path in {**before, **after} if before.get(path, missing) != after.get(path, missing)))
