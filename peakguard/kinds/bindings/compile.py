"""What bindings become: for each function, tables and the texts of its demands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from peakguard.expression import compile_text, emit_scalar
from peakguard.expression.type_form import plain
from peakguard.kinds.bindings.demanded import Asked, bounds, demands, of_values
from peakguard.kinds.bindings.model import Binding, Bindings, Demand, Read, Value
from peakguard.language.document import Document
from peakguard.language.typed import Shape, type_of


def compile_document(document: Document[Bindings]) -> dict[str, Any]:
    """The table of bindings that `check` found no error in."""
    spec = document.spec
    return {
        "name": spec.name,
        "mode": spec.mode,
        "bindings": [_binding(document, index, binding) for index, binding in enumerate(spec.bindings)],
    }


def _binding(document: Document[Bindings], index: int, binding: Binding) -> dict[str, Any]:
    place = document.span("bindings", index)
    demanded = list(demands(binding))
    return {
        "name": binding.shown,
        "target": binding.target,
        "origin": f"{place.file}:{place.line}",
        "mode": binding.mode,
        "critical": binding.critical,
        "values": [_value(part, name, value, path) for part, name, value, path in of_values(binding)],
        "reads": {name: _read(read) for name, read in binding.reads.items()},
        "require": _asked(each for each in demanded if each.id.startswith("require.")),
        "ensure": _asked(each for each in demanded if each.id.startswith("ensure.")),
        "config": binding.config,
        "cache": binding.cache.model_dump(mode="json") if binding.cache is not None else None,
        "resilience": binding.resilience,
        "invariants": _watch(binding),
        "writes": [[each.path.partition(".")[2], each.durability] for each in binding.writes],
        "classify": dict(binding.classify.context) if binding.classify is not None else None,
        "trace": [binding.trace.name or binding.shown, dict(binding.trace.fields)] if binding.trace else None,
        "checkpoint": binding.checkpoint,
    }


def _watch(binding: Binding) -> dict[str, Any] | None:
    watch = binding.invariants
    if watch is None:
        return None
    state = {name: shown.model_dump() for name, shown in watch.state.items()}
    return {"policy": watch.policy, "at": watch.at, "state": state}


def _value(part: str, name: str, value: Value, path: Any) -> dict[str, Any]:
    common = {"part": part, "name": name, "nullable": value.nullable, "error": value.error}
    if value.contract is not None:
        return {**common, "contract": value.contract}
    return {**common, **_shape(value), "bounds": _asked(bounds(part, name, value, path))}


def _read(read: Read) -> dict[str, Any]:
    fold = {"fold": read.fold, "appended": read.appended} if read.fold is not None else {}
    return {"path": read.path, "nullable": read.nullable, **_shape(read), **fold}


def _shape(shape: Shape) -> dict[str, Any]:
    return {"type": plain(type_of(shape)), "finite": shape.finite}


def _asked(asked: Iterable[Asked]) -> list[dict[str, Any]]:
    return [_one(each, each.demand) for each in asked]


def _one(asked: Asked, demand: Demand) -> dict[str, Any]:
    typed, faults = compile_text(asked.text, asked.scope)
    assert typed is not None, (asked.text, faults)
    return {
        "id": asked.id,
        "asks": asked.text,
        "text": emit_scalar(typed),
        "reads": list(typed.names),
        "on_null": demand.on_null or "fail",
        "error": demand.error,
        "message": demand.message,
    }
