"""The invariants of a policy as typed expressions, for both compilers and for the reference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from peakguard.expression import compile_text
from peakguard.expression.scope import Scope
from peakguard.expression.typed import Typed, TypedExpression
from peakguard.kinds.invariants.model import Invariant, Invariants
from peakguard.kinds.invariants.scope import scope_of
from peakguard.language.typed import type_of
from peakguard.runtime.lengths import nanoseconds
from peakguard.syntax.node import Path

AT_END = "at_end"


class Text(NamedTuple):
    """One expression of a policy: where it is written, what it is, and as what it is meant."""

    path: Path
    text: str


class Watched(NamedTuple):
    """One invariant that is at work. `form` is `always`, `after`, `eventually` or `at_end`.

    `expr` is what must hold; for `after` what starts the wait, which `expect` ends. `asks` is the text for people.
    """

    id: str
    form: str
    asks: str
    expr: TypedExpression
    when: TypedExpression | None = None
    expect: TypedExpression | None = None
    groups: tuple[str, ...] = ()
    steps: int = 0
    length: int | None = None
    """For a wait that is measured by time: how long it may be, in the unit of `clock`, the time of a step."""
    clock: str = ""
    is_graced: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All fields that it reads."""
        found = [name for each in (self.expr, self.when, self.expect) if each is not None for name in each.names]
        return tuple(dict.fromkeys([*found, *([self.clock] if self.clock else [])]))

    @property
    def roots(self) -> tuple[Typed, ...]:
        """All its expressions."""
        return tuple(each.root for each in (self.expr, self.when, self.expect) if each is not None)


def texts(spec: Invariants) -> Iterator[Text]:
    """Every expression of a policy, as it is written."""
    for name, each in spec.invariants.items():
        for key in (each.form, "expect", "when"):
            text = getattr(each, key)
            if text is not None:
                yield Text(("invariants", name, key), text)
    for name, at_end in spec.at_end.items():
        yield Text((AT_END, name, "expr"), at_end.expr)


def halts(spec: Invariants) -> bool:
    """Whether any invariant ends the run."""
    return any(each.severity == "halt" and each.mode == "enforce" for each in spec.invariants.values())


def times_of(spec: Invariants) -> list[str]:
    """The values of a state that are times."""
    return [name for name, shape in spec.state.items() if shape.type.startswith("datetime")]


def time_of(spec: Invariants) -> str | None:
    """The value of a state that says when a step is, None where there is none or several."""
    times = times_of(spec)
    return spec.time or (times[0] if len(times) == 1 else None)


_UNITS = {"ns": 1, "us": 1_000, "ms": 1_000_000}


def _ticks(spec: Invariants, each: Invariant) -> int | None:
    """The length of a wait in whole units of the time of a step: a difference of times is more than the one exactly
    where it is more than the other."""
    if each.duration is None:
        return None
    time = time_of(spec)
    assert time is not None, "`check` has asked for it"
    return nanoseconds(each.duration) // _UNITS[type_of(spec.state[time]).unit]


def watched(spec: Invariants) -> list[Watched]:
    """The invariants that are not `off`, of a policy in which `check` found no error."""
    scope = scope_of(spec)
    found = []
    for name, each in spec.invariants.items():
        if each.mode == "off":
            continue
        form = each.form
        text = getattr(each, form)
        found.append(
            Watched(
                id=f"invariants.{name}",
                form=form if form in ("after", "eventually") else "always",
                asks=asks(each),
                expr=_typed(f"not ({text})" if form == "never" else text, scope),
                when=_typed(each.when, scope) if each.when is not None else None,
                expect=_typed(each.expect, scope) if each.expect is not None else None,
                groups=each.within,
                steps=each.steps or 0,
                length=_ticks(spec, each),
                clock=time_of(spec) or "" if each.duration is not None else "",
                is_graced=each.grace is not None,
            )
        )
    ends = [(name, each) for name, each in spec.at_end.items() if each.mode != "off"]
    return [*found, *(Watched(f"{AT_END}.{name}", AT_END, each.expr, _typed(each.expr, scope)) for name, each in ends)]


def asks(each: Invariant) -> str:
    """What an invariant asks, for people."""
    text = str(getattr(each, each.form))
    if each.form == "after":
        return f"after {text}, within {each.duration or f'{each.steps} steps'}: {each.expect}"
    return text if each.form == "expr" else f"{each.form} {text}"


def _typed(text: str, scope: Scope) -> TypedExpression:
    typed, faults = compile_text(text, scope, bounded=False)
    assert typed is not None, (text, faults)
    return typed
