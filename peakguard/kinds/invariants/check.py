"""What can be wrong with invariants: their expressions, what they leave unsaid, and what asks nothing."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.expression import compile_text
from peakguard.expression.typed import TypedExpression, walk
from peakguard.kinds.invariants.model import Invariant, Invariants
from peakguard.kinds.invariants.scope import scope_of
from peakguard.kinds.invariants.watched import texts, time_of, times_of
from peakguard.language.check_bounded import check_shape
from peakguard.language.document import Document
from peakguard.syntax.node import Path

KEYS_OF = {
    "within": ("expr", "never", "after"),
    "steps": ("after",),
    "duration": ("after",),
    "expect": ("after",),
    "when": ("expr", "never"),
    "on_null": ("expr", "never"),
    "grace": ("expr", "never"),
}
"""The keys that only some forms of an invariant have."""
_NOT_GROUPABLE = ("float64", "decimal", "duration", "list", "record")
_LOOK_BACK = ("prev", "rolling_max", "rolling_mean", "rolling_min", "rolling_std", "rolling_sum", "since")


def check(document: Document[Invariants]) -> Iterator[Diagnostic]:
    """Findings within one policy."""
    spec = document.spec
    for name, shape in spec.state.items():
        yield from check_shape(document, ("state", name), shape)
    if not (spec.invariants or spec.at_end):
        yield found(codes.NOTHING_ASKED, document.span("name"), policy=spec.name)
    for name, each in spec.invariants.items():
        yield from _check_keys(document, ("invariants", name), each)
        yield from _check_groups(document, ("invariants", name), each)
    yield from _check_time(document)
    typed = yield from _check_texts(document)
    yield from _check_first_steps(document, typed)
    yield from _check_unread(document, typed)


def _check_keys(document: Document[Invariants], path: Path, each: Invariant) -> Iterator[Diagnostic]:
    form = each.form
    for key, forms in KEYS_OF.items():
        if key in each.model_fields_set and form not in forms:
            is_short = key in ("steps", "duration") and document.written(*path, key) == path
            written = "within" if is_short else key
            allowed = " and ".join(f"`{allowed}`" for allowed in forms)
            yield found(codes.RULE_KEY_MISFIT, document.key_span(*path, written), form=form, key=written, forms=allowed)
    if form == "after":
        for key, stated in (("expect", each.expect), ("within", each.steps or each.duration)):
            if stated is None:
                yield found(codes.MISSING_KEY, document.key_span(*path), key=key)
    if form == "eventually" and each.severity == "halt":
        yield found(codes.HALT_TOO_LATE, document.span(*path, "severity"), invariant=path[-1])
    if each.grace is not None and each.grace.failures > each.grace.of:
        data = {"lower": f"{each.grace.failures} failures", "upper": f"of {each.grace.of} steps"}
        yield found(codes.EMPTY_RANGE, document.span(*path, "grace"), **data)


def _check_groups(document: Document[Invariants], path: Path, each: Invariant) -> Iterator[Diagnostic]:
    state = document.spec.state
    for index, name in enumerate(each.within):
        span = document.span(*path, "within", index)
        if name not in state:
            known = list(state)
            data = {"column": name, "known": ", ".join(known), "suggestion": did_you_mean(name, known)}
            yield found(codes.UNKNOWN_COLUMN, span, **data)
        elif (shape := state[name].shape).partition("[")[0].partition("(")[0] in _NOT_GROUPABLE:
            yield found(codes.NOT_GROUPABLE, span, column=name, type=shape)


def _check_time(document: Document[Invariants]) -> Iterator[Diagnostic]:
    """What lengths of time are measured by: one value of the state that every step shows."""
    spec, name = document.spec, time_of(document.spec)
    if spec.time is not None and spec.time not in spec.state:
        data = {"known": ", ".join(spec.state), "suggestion": did_you_mean(spec.time, list(spec.state))}
        yield found(codes.UNKNOWN_COLUMN, document.span("time"), column=spec.time, **data)
        return
    timed = {each: rule.duration for each, rule in spec.invariants.items() if rule.duration is not None}
    if name is None and timed:
        times = ", ".join(f"`{each}`" for each in times_of(spec))
        for each, duration in timed.items():
            key = "within" if document.written("invariants", each, "duration") == ("invariants", each) else "duration"
            data = {"duration": duration, "found": f"several times: {times}" if times else "no time"}
            yield found(codes.TIME_OF_STEPS_UNKNOWN, document.span("invariants", each, key), **data)
    elif name is not None and (timed or spec.time is not None):
        shape = spec.state[name]
        if shape.nullable or not shape.type.startswith("datetime"):
            shown = f"nullable {shape.shape}" if shape.nullable else shape.shape
            span = document.span("time") if spec.time is not None else document.key_span("state", name)
            yield found(codes.TIME_OF_STEPS_UNFIT, span, field=name, type=shown)


def _check_texts(document: Document[Invariants]) -> Generator[Diagnostic, None, dict[Path, TypedExpression]]:
    scope = scope_of(document.spec)
    found_typed: dict[Path, TypedExpression] = {}
    for each in texts(document.spec):
        typed, faults = compile_text(each.text, scope)
        for fault in faults:
            yield found(fault.code, document.inner_span(each.path, fault.start, fault.end), **fault.data)
        if typed is not None:
            found_typed[each.path] = typed
    return found_typed


def _check_first_steps(document: Document[Invariants], typed: dict[Path, TypedExpression]) -> Iterator[Diagnostic]:
    """An invariant that looks back is unknown at the first steps, and would be broken by every run."""
    for name, each in document.spec.invariants.items():
        path: Path = ("invariants", name, each.form)
        expression = typed.get(path)
        if each.form not in ("expr", "never") or expression is None:
            continue
        if "on_null" in each.model_fields_set:
            if not expression.root.nullable and each.when is None:
                yield found(codes.ON_NULL_NEEDLESS, document.key_span("invariants", name, "on_null"))
            continue
        condition = typed.get(("invariants", name, "when"))
        # A condition that is always known may leave the first steps out.
        asked = expression if each.when is None else condition
        if asked is not None and asked.nullable and _looks_back(asked):
            causes = " or ".join(asked.unknown_where)
            yield found(codes.FIRST_STEP_FAILS, document.key_span("invariants", name), causes=causes)


def _looks_back(expression: TypedExpression) -> bool:
    return any(node.op in _LOOK_BACK for node in walk(expression.root))


def _check_unread(document: Document[Invariants], typed: dict[Path, TypedExpression]) -> Iterator[Diagnostic]:
    """A value that nothing asks about costs whoever has to supply it."""
    spec = document.spec
    if len(typed) < sum(1 for _ in texts(spec)):
        return
    read = {name for each in typed.values() for name in each.names}
    read.update(name for each in spec.invariants.values() for name in each.within)
    if any(each.duration is not None for each in spec.invariants.values()):
        named = time_of(spec)
        read.update([named] if named in spec.state else times_of(spec))
    for name in spec.state:
        if name not in read and (spec.invariants or spec.at_end):
            yield found(codes.STATE_UNREAD, document.key_span("state", name), field=name)
