"""Errors as bytes: another process gets the same error, with its notes and causes, whatever they hold."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.failure.built_ins import blank
from peakguard.runtime.failure.catalogued import CataloguedError, class_of
from peakguard.runtime.failure.definition import Definition
from peakguard.runtime.failure.forms import chain
from peakguard.runtime.failure.written import written


class Unpicklable(Exception):
    """Stands in another process for an exception that could not come along; its text says what it was."""


class Parts(NamedTuple):
    """One of our errors without its causes; no class of the catalog by name, for the other process may not know it."""

    definition: tuple[Any, ...] | None
    joined: type[PeakguardError] | None
    context: Mapping[str, Any]
    state: Mapping[str, Any]


Link = tuple[Parts | BaseException, str]


def reduced(error: PeakguardError) -> tuple[Any, ...]:
    """What `__reduce__` gives back."""
    return restored, (_parts(error), [(_sent(each), how) for each, how in chain(error)])


def restored(parts: Parts, links: Sequence[Link]) -> PeakguardError:
    """The error again."""
    error = _error(parts)
    last: BaseException = error
    for sent, how in links:
        before = _error(sent) if isinstance(sent, Parts) else sent
        if how == "cause":
            last.__cause__ = before
        else:
            last.__context__ = before
        last = before
    return error


def _error(parts: Parts) -> PeakguardError:
    kind = parts.joined or PeakguardError
    if parts.definition is not None:
        kind = class_of(Definition(*parts.definition), parts.joined)
    error = blank(kind)
    error.args = (parts.state["code"], parts.context)
    error.__dict__.update(parts.state, context=parts.context)
    return error


def _parts(error: PeakguardError) -> Parts:
    definition = tuple(error.definition) if isinstance(error, CataloguedError) else None
    state = {name: _sendable(value) for name, value in error.__dict__.items() if name != "context"}
    context = {name: _sendable(value) for name, value in error.context.items()}
    return Parts(definition, _joined(type(error)), context, state)


def _joined(kind: type[PeakguardError]) -> type[PeakguardError] | None:
    """The importable class that an error is besides that of its code."""
    if not issubclass(kind, CataloguedError):
        return kind
    ours = (each for each in kind.__mro__ if issubclass(each, PeakguardError) and not issubclass(each, CataloguedError))
    found = next(ours)
    return found if found is not PeakguardError else None


def _sendable(value: Any) -> Any:
    return value if _pickles(value) else written(value)


def _sent(error: BaseException) -> Parts | BaseException:
    if isinstance(error, PeakguardError):
        return _parts(error)
    return error if _pickles(error) else Unpicklable(f"{type(error).__qualname__}: {written(error)}")


def _pickles(value: Any) -> bool:
    """Whether it comes through, there and back: many exceptions pickle but cannot be made again."""
    try:
        pickle.loads(pickle.dumps(value))  # noqa: S301 # bytes of our own making
    except Exception:  # noqa: BLE001 # a foreign `__reduce__` raises what it likes
        return False
    return True
