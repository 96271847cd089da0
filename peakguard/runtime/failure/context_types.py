"""Whether the context of an error is what its policy declares."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from peakguard.runtime.failure.definition import Definition


def misfits(definition: Definition, context: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a context, a phrase each; nothing where it fits."""
    from peakguard.diagnostics.wording import did_you_mean

    declared = definition.context
    for name, (type_text, _) in declared.items():
        if name not in context:
            yield f"{name} is missing"
        elif not holds(type_text or "", context[name]):
            yield f"{name} is {type(context[name]).__name__}, not {type_text}"
    for name in context:
        if name not in declared:
            suggestion = did_you_mean(name, list(declared)).strip()
            yield f"{name} is not declared" + (f" ({suggestion})" if suggestion else "")


def holds(type_text: str, value: Any) -> bool:
    """Whether a value is of a type of the policy language; numpy's and pandas' scalars count as Python's."""
    test = _TESTS.get(type_text.partition("[")[0].partition("(")[0])
    return test is None or test(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_TESTS: dict[str, Callable[[Any], bool]] = {
    "bool": lambda value: isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"),
    "date": lambda value: isinstance(value, date) and not isinstance(value, datetime),
    "datetime": lambda value: isinstance(value, datetime),
    "decimal": lambda value: isinstance(value, Decimal) or _is_whole(value),
    "duration": lambda value: isinstance(value, timedelta),
    "enum": _is_text,
    "float64": lambda value: _is_number(value) or isinstance(value, Decimal),
    "int64": _is_whole,
    "string": _is_text,
}
