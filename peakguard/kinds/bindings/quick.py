"""A check written out for the values that most calls have; the full one is left to say what is wrong with others.

A value of exactly the class that its type is made of needs no reading, and a demand that holds no explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from peakguard.kinds.bindings.asked import Asked, Rule, Source

_LIMIT = 2**63
_BUILT_INS = {"__builtins__": {}, "Exception": Exception, "bool": bool, "float": float, "int": int, "str": str}
_AS_THEY_ARE = {
    "string": "{value}.__class__ is str",
    "bool": "{value}.__class__ is bool",
    "int64": "{value}.__class__ is int and least <= {value} <= most",
    "float64": "{value}.__class__ is float and {value} - {value} == 0",
}
"""When an object is the canonical value of a type. NaN and the infinities are left to the full check."""


def quick(asked: Asked) -> Callable[..., Any]:
    """`asked.check` with a way around it. Where no value can be known by its class alone, it is that itself."""
    sources, rules = asked.sources, asked.rules
    if not any(source.type in _AS_THEY_ARE and source.follow is None for source in sources if _is_text(source)):
        return asked.check
    names: dict[str, Any] = {"check": asked.check, "least": -_LIMIT, "most": _LIMIT - 1, **_BUILT_INS}
    roots = [f"root{place}" for place in range(1 + max(source.root for source in sources))]
    lines = [f"def quick({', '.join(roots)}):", "    try:"]
    for place, source in enumerate(sources):
        lines += [f"        {line}" for line in _reading(place, source, names)]
    lines.append(f"        if {_all_hold(rules, names)}:")
    lines += [
        "            return None",
        "    except Exception:",
        "        pass",
        f"    return check({', '.join(roots)})",
    ]
    exec("\n".join(lines), names)  # noqa: S102 # written from tables that are ours
    made: Callable[..., Any] = names["quick"]
    return made


def _is_text(source: Source) -> bool:
    return isinstance(source.type, str)


def _reading(place: int, source: Source, names: dict[str, Any]) -> Sequence[str]:
    names[f"read{place}"] = source.read
    value = f"root{source.root}"
    lines = []
    if source.follow is not None:
        names[f"follow{place}"] = source.follow
        value = f"value{place}"
        lines.append(f"{value} = follow{place}(root{source.root})")
    known = _AS_THEY_ARE.get(source.type) if _is_text(source) else None
    if known is None:
        return [*lines, f"value{place} = read{place}({value})"]
    return [*lines, f"value{place} = {value} if {known.format(value=value)} else read{place}({value})"]


def _all_hold(rules: Sequence[Rule], names: dict[str, Any]) -> str:
    tests = []
    for number, rule in enumerate(rules):
        names[f"rule{number}"] = rule.function
        tests.append(f"rule{number}({', '.join(f'value{place}' for place in rule.reads)})")
    return " and ".join(tests) or "1"
