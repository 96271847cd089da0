"""What can be wrong with bindings, without looking at the program that they guard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.diagnostics.wording import did_you_mean
from peakguard.expression import compile_text
from peakguard.kinds.bindings.demanded import Asked, demands, of_values
from peakguard.kinds.bindings.model import Binding, Bindings, Read, Shown, Watch
from peakguard.language.check_bounded import check_bounded, check_shape
from peakguard.language.document import Document
from peakguard.language.facts import Facts
from peakguard.runtime.guarding.folds import is_one_list
from peakguard.runtime.guarding.paths import parse_path
from peakguard.syntax.node import Path
from peakguard.syntax.source import Source

_NUMBERS = ("int64", "float64", "decimal", "duration")
_ORDERED = (*_NUMBERS, "date", "datetime", "time", "string", "bool", "enum")
_FOLDED = {"sum": _NUMBERS, "count": ("int64",), "min": _ORDERED[:-2], "max": _ORDERED[:-2]}
_LAYERS = (
    "arguments", "require", "returns", "yields", "ensure", "config", "cache", "resilience", "invariants", "writes",
    "classify", "trace", "checkpoint",
)  # fmt: skip # a table


def check(document: Document[Bindings]) -> Iterator[Diagnostic]:
    """Findings about each binding by itself."""
    for index, binding in enumerate(document.spec.bindings):
        at: Path = ("bindings", index)
        yield from _check_whole(document, at, binding)
        for _, _, value, path in of_values(binding):
            if value.contract is None:
                yield from check_bounded(document, document.written(*at, *path), value)
        for name, read in binding.reads.items():
            yield from check_shape(document, (*at, "reads", name), read)
            yield from _check_fold(document, (*at, "reads", name), read)
            if read.fold is not None:
                yield from _check_folded(document, (*at, "reads", name), read)
        for name, shown in binding.invariants.state.items() if binding.invariants is not None else ():
            yield from _check_fold(document, document.written(*at, "invariants", "state", name), shown)
        for asked in demands(binding):
            yield from _check_demand(document, at, asked)
        yield from _check_paths(document, at, binding)


def check_together(facts: Facts, _: Mapping[str, Source]) -> Iterator[Diagnostic]:
    """Exceptions are classified only where some catalog says which become what."""
    if not list(facts.all("foreign exception")):
        for fact in facts.all("classified"):
            yield found(codes.CLASSIFIES_NOTHING, fact.span)
    yield from _check_watched(facts)


def _check_watched(facts: Facts) -> Iterator[Diagnostic]:
    """A step shows each value that the policy declares, and no other."""
    for fact in facts.all("watched"):
        policy = facts.get("invariants", str(fact.data["policy"]))
        if policy is None:
            continue
        known, given = list(policy.data["state"]), dict(fact.data["state"])
        for name, place in given.items():
            if name not in known:
                data = {"name": name, "known": ", ".join(known), "suggestion": did_you_mean(name, known)}
                yield found(codes.STATE_UNKNOWN, Span(*place), policy=policy.name, **data)
        missing = [name for name in known if name not in given]
        if missing:
            yield found(codes.STATE_MISSING, fact.span, policy=policy.name, missing=", ".join(missing))


def _check_whole(document: Document[Bindings], at: Path, binding: Binding) -> Iterator[Diagnostic]:
    if not binding.shown:
        yield found(codes.BINDING_NAMELESS, document.span(*at))
    elif all(getattr(binding, layer) in (None, {}, ()) for layer in _LAYERS):
        yield found(codes.BINDING_EMPTY, document.span(*at), binding=binding.shown, known=", ".join(_LAYERS))


def _check_fold(document: Document[Bindings], at: Path, read: Read | Shown) -> Iterator[Diagnostic]:
    """A fold is of one list."""
    if read.fold is None:
        if read.appended:
            yield found(
                codes.FOLD_MISPLACED, document.key_span(*at, "appended"), problem="`appended` belongs to a `fold`"
            )
        return
    path = parse_path(read.path)
    if path is not None and not is_one_list(path):
        problem = "a fold is of the elements of one list, and the path must have one `[*]`"
        yield found(codes.FOLD_MISPLACED, document.span(*at, "path"), problem=problem)


def _check_folded(document: Document[Bindings], at: Path, read: Read) -> Iterator[Diagnostic]:
    """A fold gives a value of the type that is declared."""
    assert read.fold is not None
    kinds = _FOLDED.get(read.fold, _ORDERED)
    if re.split(r"[(\[]", read.shape, maxsplit=1)[0] not in kinds:
        problem = f"`{read.fold}` gives {', '.join(kinds)}, and the type is {read.shape}"
        yield found(codes.FOLD_MISPLACED, document.span(*at, "fold"), problem=problem)


def _check_demand(document: Document[Bindings], at: Path, asked: Asked) -> Iterator[Diagnostic]:
    path = document.written(*at, *asked.path)
    typed, faults = compile_text(asked.text, asked.scope)
    for fault in faults:
        yield found(fault.code, document.inner_span(path, fault.start, fault.end), **fault.data)
    if typed is None:
        return
    place = document.key_span(*document.written(*at, *asked.path[:-1]))
    if typed.unknown_where and asked.demand.on_null is None:
        yield found(codes.ON_NULL_MISSING, place, causes=" or ".join(typed.unknown_where))
    elif asked.demand.on_null is not None and not typed.root.nullable:
        yield found(codes.ON_NULL_NEEDLESS, document.key_span(*at, *asked.path[:-1], "on_null"))


def _state_paths(watch: Watch | None) -> dict[str, str]:
    """Paths that must not start at the result, for there is none yet."""
    if watch is None or watch.at == "exit":
        return {}
    return {name: shown.path for name, shown in watch.state.items()}


def _check_paths(document: Document[Bindings], at: Path, binding: Binding) -> Iterator[Diagnostic]:
    for index, written in enumerate(binding.writes):
        if written.path.count(".") != 1 or not written.path.startswith("args.") or "[" in written.path:
            span = document.span(*document.written(*at, "writes", index, "path"))
            yield found(codes.PATH_MISPLACED, span, path=written.path, allowed="a parameter, `args.NAME`")
    watch = binding.invariants
    early: dict[Path, Mapping[Any, str]] = {
        ("invariants", "state"): _state_paths(watch),
        ("cache", "key"): dict(enumerate(binding.cache.key)) if binding.cache is not None else {},
        ("trace", "fields"): binding.trace.fields if binding.trace is not None else {},
        ("classify", "context"): binding.classify.context if binding.classify is not None else {},
    }
    for path, paths in early.items():
        for name, text in paths.items():
            if text.startswith("result"):
                span = document.span(*at, *path, name)
                yield found(codes.PATH_MISPLACED, span, path=text, allowed="`args` or `self`, for there is no result")
