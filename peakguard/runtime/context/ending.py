"""How a run ended, told from the exception that left it."""

from __future__ import annotations

from typing import Any


def ending(error: BaseException | None) -> tuple[str, dict[str, Any]]:
    """`ok`, `failed` or `stopped`, with the class and the code of the exception.

    A program that leaves with exit code 0 ended well; one that is interrupted was stopped.
    """
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return "ok", {"error_type": None, "code": None}
    kind = type(error)
    details = {"error_type": f"{kind.__module__}.{kind.__qualname__}", "code": _code(error)}
    return ("stopped" if isinstance(error, KeyboardInterrupt | GeneratorExit) else "failed"), details


def _code(error: BaseException) -> str | None:
    from peakguard.runtime.failure.failure import failure_of

    failure = failure_of(error)
    return failure.definition.code if failure is not None else None
