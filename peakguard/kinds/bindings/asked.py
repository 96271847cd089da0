"""The demands of a binding at work: on arguments ahead of a call, on the result after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.kinds.bindings.problems import Site, bare
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.paths import follower, parse_path
from peakguard.runtime.reading import value_reader
from peakguard.runtime.scalar import load_scalar
from peakguard.runtime.values import NotAValue

Problem = PeakguardError | None
_LONGEST = 100


class Source(NamedTuple):
    """One value that demands read: its name, how it is found among the roots of a call, and what it must be."""

    name: str
    rule: str
    root: int
    follow: Callable[[Any], Any] | None
    read: Callable[[Any], Any]
    type: Any
    error: str | None


class Rule(NamedTuple):
    """A demand as a function of canonical values."""

    id: str
    asks: str
    function: Callable[..., Any]
    reads: tuple[int, ...]
    names: tuple[str, ...]
    unknown_passes: bool
    error: str | None
    message: str | None


class Asked:
    """All that is asked at one moment of a call. `check(*roots)` gives the error to raise, or None.

    The roots are the values that the sources start at: arguments, `self`, the result.
    """

    def __init__(self, site: Site, sources: Sequence[Source], rules: Sequence[Mapping[str, Any]]) -> None:
        self._site = site
        self.sources = tuple(sources)
        places = {source.name: place for place, source in enumerate(sources)}
        self.rules = tuple(_rule(plan, places) for plan in rules)

    def check(self, *roots: Any) -> Problem:
        """The first demand that the values break, as an error; None where all hold or breaking is only reported."""
        try:
            return self._judge(roots)
        except PeakguardError as error:
            # A path that leads nowhere: the policy and the program do not fit, which is said and not guessed over.
            return bare(error) if self._site.is_enforced else self._site.failed("demands", error)
        except Exception as fault:  # noqa: BLE001 # a fault of ours is not the caller's
            return self._site.failed("demands", fault)

    def _judge(self, roots: Sequence[Any]) -> Problem:
        values: list[Any] = []
        for name, id, root, follow, read, type, error in self.sources:
            found = roots[root]
            try:
                found = found if follow is None else follow(found)
                values.append(read(found))
            except NotAValue as misfit:
                summary = f"{name} is {_written(misfit.value)}, which is no {_named(type)} ({misfit.reason})"
                return self._site.refused(id, error, None, summary=summary)
        for rule in self.rules:
            verdict = rule.function(*[values[place] for place in rule.reads])
            if verdict is True or (verdict is None and rule.unknown_passes):
                continue
            return self._broken(rule, values, is_unknown=verdict is None)
        return None

    def _broken(self, rule: Rule, values: Sequence[Any], *, is_unknown: bool) -> Problem:
        read = {name: values[place] for name, place in zip(rule.names, rule.reads, strict=True)}
        shown = ", ".join(f"{name} is {_written(value)}" for name, value in read.items())
        summary = f"`{rule.asks}` {'is unknown' if is_unknown else 'does not hold'}: {shown}"
        return self._site.refused(rule.id, rule.error, rule.message, summary=summary, **read)


def _rule(plan: Mapping[str, Any], places: Mapping[str, int]) -> Rule:
    reads = tuple(places[name] for name in plan["reads"])
    function, passes = load_scalar(plan["text"]), plan["on_null"] == "pass"
    return Rule(plan["id"], plan["asks"], function, reads, tuple(plan["reads"]), passes, plan["error"], plan["message"])


def value_source(plan: Mapping[str, Any], root: int) -> Source:
    """An argument, the result or an item, which stands at a root itself."""
    rule = f"arguments.{plan['name']}.type" if plan["part"] == "arguments" else f"{plan['part']}.type"
    return Source(plan["name"], rule, root, None, value_reader(plan), plan["type"], plan["error"])


def read_source(name: str, plan: Mapping[str, Any], root: int, binding: str) -> Source:
    """A value at the end of a path."""
    path = parse_path(plan["path"])
    assert path is not None, plan["path"]
    read = value_reader(plan)
    fold = plan.get("fold")
    if fold is None:
        follow = follower(path, binding)
    else:
        from peakguard.runtime.guarding.folds import folded

        element = (lambda each: each) if fold == "count" else value_reader({**plan, "nullable": False})
        follow = folded(path, fold, element, binding, appended=plan["appended"])
    return Source(name, f"reads.{name}", root, follow, read, plan["type"], None)


def _written(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _named(type: Any) -> str:
    return type if isinstance(type, str) else next(iter(type))
