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
    body = list(_body(shown))
    lines = [
        f"def read({roots}):", "    try:", *(f"        {line}" for line in body),
        "    except EXCEPTION:", f"        return CAREFULLY({roots})",
    ]  # fmt: skip # statements of the text
    made = {f"MADE{place}": each.made for place, each in enumerate(shown) if each.made is not None}
    names = {"OBJECTS": OBJECTS, "STEPPED": stepped, "EXCEPTION": Exception, "CAREFULLY": carefully, **made}
    namespace: dict[str, Any] = {**names, "__builtins__": {}}
    exec(compile("\n".join(lines), "<peakguard reading>", "exec"), namespace)  # noqa: S102 # names of attributes alone
    read: Values = namespace["read"]
    return read


Place = tuple[int, tuple[str | int, ...]]


def _body(shown: Sequence[Shown]) -> Iterator[str]:
    """Every place once, behind the one that it is reached from."""
    variables: dict[Place, str] = {}
    children: dict[Place, list[Place]] = {}
    for each in shown:
        for length in range(len(each.steps) + 1):
            place = each.root, each.steps[:length]
            if place in variables:
                continue
            variables[place] = f"V{len(variables)}" if length else f"R{each.root}"
            if length:
                children.setdefault((each.root, each.steps[: length - 1]), []).append(place)
    for place in sorted(children, key=lambda each: len(each[1])):
        yield from _steps(place, children[place], variables)
    items = []
    for number, each in enumerate(shown):
        value = variables[each.root, each.steps]
        items.append(f"{each.name!r}: " + (f"MADE{number}({value})" if each.made is not None else value))
    yield f"return {{{', '.join(items)}}}"


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
