"""Foreign exceptions get a code, a note and hints, and stay what they are: old `except` clauses still catch them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import iscoroutinefunction
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from peakguard.runtime.events import emit
from peakguard.runtime.failure.definition import Definition, severity_of
from peakguard.runtime.failure.failure import ATTRIBUTE, Failure, failure_of
from peakguard.runtime.failure.matching import best_match
from peakguard.runtime.failure.occurrence import now
from peakguard.runtime.failure.written import written

P = ParamSpec("P")
R = TypeVar("R")


def classify(
    error: BaseException, definitions: Sequence[Definition], policy_set: str, context: Mapping[str, Any]
) -> Failure | None:
    """What an exception is in the catalog, None where no `matches:` covers it.

    A foreign exception that is covered gets the answer as its attribute `peakguard`, and a note that says it to
    whoever reads the traceback. Of a group every member is classified.
    """
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            classify(member, definitions, policy_set, context)
    known = failure_of(error)
    if known is not None:
        return known
    match = best_match(error, definitions)
    if match is None:
        return None
    matched = " ".join(value if key == "type" else f"{key}:{value}" for key, value in match.entry.items())
    failure = Failure(match.definition, dict(context), written(error), now(), policy_set, matched)
    _attach(error, failure)
    _tell(error, failure)
    return failure


def _tell(error: BaseException, failure: Failure) -> None:
    kind, definition = type(error), failure.definition
    emit(
        "error_classified",
        severity=severity_of(definition),
        policy_set=failure.policy_set,
        code=definition.code,
        slug=definition.slug,
        category=definition.category,
        error_type=f"{kind.__module__}.{kind.__qualname__}",
        matched=failure.matched,
    )


def _attach(error: BaseException, failure: Failure) -> None:
    try:
        setattr(error, ATTRIBUTE, failure)
        error.add_note(note(failure))
    except Exception:  # noqa: BLE001, S110 # an exception that takes no attributes passes as it is
        pass


def note(failure: Failure) -> str:
    """The lines that a traceback shows below a foreign exception."""
    definition, when = failure.definition, failure.occurrence
    lines = [f"{definition.code} {definition.slug}: {definition.title}"]
    lines += [f"  try: {hint}" for hint in failure.hints]
    lines += [f"  run {when.run_id}, trace {when.trace_id}"] if when.run_id else []
    return "\n".join([*lines, f"  declared at {definition.origin}; peakguard explain {definition.code}"])


class Classified:
    """Classifies what passes through: a context manager, and a decorator of functions and coroutine functions.

    It costs nothing but the `with` while nothing is raised.
    """

    __slots__ = ("_classify", "_context")

    def __init__(self, classify: Callable[..., Failure | None], context: Mapping[str, Any]) -> None:
        self._classify = classify
        self._context = context

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is not None:
            self._classify(error, **self._context)

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        if iscoroutinefunction(function):

            @wraps(function)
            async def awaited(*args: P.args, **kwargs: P.kwargs) -> Any:
                with self:
                    return await function(*args, **kwargs)

            return awaited  # type: ignore[return-value] # a coroutine function for a coroutine function

        @wraps(function)
        def called(*args: P.args, **kwargs: P.kwargs) -> R:
            with self:
                return function(*args, **kwargs)

        return called
