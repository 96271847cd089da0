"""Many values of a call read at once: what their paths share is followed once, in one function of generated text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from keyword import iskeyword
from typing import Any, NamedTuple

from peakguard.runtime.guarding.paths import OBJECTS, stepped

Values = Callable[..., Mapping[str, Any]]


class Shown(NamedTuple):
    """A value under its name: the root that it starts at, by number, the steps from there, and what is made of it."""

    name: str
    root: int
    steps: tuple[str | int, ...]
    made: Callable[[Any], Any] | None = None


def at_once(shown: Sequence[Shown], carefully: Values) -> Values:
    """A function from the roots of a call to all values by their names.

    It takes the steps that most objects allow; where anything is raised it asks `carefully`, which says how far a path
    led, or finds the value after all.
    """
    roots = ", ".join([*(f"R{root}" for root in range(1 + max((each.root for each in shown), default=-1))), "*REST"])
    followed, given = _text(shown)
    lines = [
        f"def read({roots}):",
        # What is made of a value may use it up, so that must not be tried again.
        "    try:", *(f"        {line}" for line in followed), "        pass",
        "    except EXCEPTION:", f"        return CAREFULLY({roots})",
        f"    return {{{given}}}",
    ]  # fmt: skip # statements of the text
    made = {f"MADE{place}": each.made for place, each in enumerate(shown) if each.made is not None}
    names = {"OBJECTS": OBJECTS, "STEPPED": stepped, "EXCEPTION": Exception, "CAREFULLY": carefully, **made}
    namespace: dict[str, Any] = {**names, "__builtins__": {}}
    exec(compile("\n".join(lines), "<peakguard reading>", "exec"), namespace)  # noqa: S102 # names of attributes alone
    read: Values = namespace["read"]
    return read


Place = tuple[int, tuple[str | int, ...], int]
"""A root, the steps from there, and whose value it is: what is made of one value is never made of another's."""
_SHARED = -1


def _text(shown: Sequence[Shown]) -> tuple[list[str], str]:
    """The statements that follow every path, each place once and behind the one that it is reached from; the items."""
    variables: dict[Place, str] = {}
    children: dict[Place, list[Place]] = {}
    items = []
    for number, each in enumerate(shown):
        for length in range(len(each.steps) + 1):
            is_own = each.made is not None and length == len(each.steps) > 0
            place = each.root, each.steps[:length], number if is_own else _SHARED
            if place in variables:
                continue
            variables[place] = f"V{len(variables)}" if length else f"R{each.root}"
            if length:
                children.setdefault((each.root, each.steps[: length - 1], _SHARED), []).append(place)
        value = variables[place]
        items.append(f"{each.name!r}: " + (f"MADE{number}({value})" if each.made is not None else value))
    parents = sorted(children, key=lambda each: len(each[1]))
    return [line for place in parents for line in _steps(place, children[place], variables)], ", ".join(items)


def _steps(place: Place, reached: Sequence[Place], variables: Mapping[Place, str]) -> Iterator[str]:
    value = variables[place]
    named = [each for each in reached if isinstance(each[1][-1], str)]
    yield from (f"{variables[each]} = {value}[{each[1][-1]}]" for each in reached if each not in named)
    if not named:
        return
    yield f"if {value}.__class__ in OBJECTS:"
    for each in named:
        step = str(each[1][-1])
        yield f"    {variables[each]} = " + (f"STEPPED({value}, {step!r})" if iskeyword(step) else f"{value}.{step}")
    yield "else:"
    yield from (f"    {variables[each]} = STEPPED({value}, {each[1][-1]!r})" for each in named)
