"""What invariants become: the text of a monitor, the texts of a query, and a table of what is to be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peakguard.expression.type_form import plain
from peakguard.expression.typed import Typed
from peakguard.kinds.invariants.columnar import columnar
from peakguard.kinds.invariants.intake import fields_read
from peakguard.kinds.invariants.measure import measures
from peakguard.kinds.invariants.model import AtEnd, Invariant, Invariants
from peakguard.kinds.invariants.monitor_text import monitor_text
from peakguard.kinds.invariants.scope import scope_of
from peakguard.kinds.invariants.watched import Watched, halts, watched
from peakguard.language.document import Document
from peakguard.language.typed import Shape, type_of


def compile_document(document: Document[Invariants]) -> dict[str, Any]:
    """The table of a policy that `check` found no error in."""
    spec = document.spec
    found = watched(spec)
    text = monitor_text(scope_of(spec).columns, found, halts=halts(spec), keep=spec.keep)
    place = document.span("name")
    roots = [root for each in found for root in each.roots]
    return {
        "name": spec.name,
        "version": spec.version,
        "mode": spec.mode,
        "error": spec.error,
        "keep": spec.keep,
        "origin": f"{place.file}:{place.line}",
        "steps": spec.when.model_dump(),
        "state": [_value(name, shape, roots) for name, shape in spec.state.items()],
        "text": text.text,
        "parameters": dict(text.parameters),
        "raw": list(text.raw),
        "kept": list(text.kept),
        "invariants": [_invariant(document, each) for each in found],
        "off": [*_off("invariants", spec.invariants), *_off("at_end", spec.at_end)],
    }


def _value(name: str, shape: Shape, roots: Sequence[Typed]) -> dict[str, Any]:
    """`form` is what a value must be when it is read, `type` the type of a column that holds such values.

    Of records in a list only the fields that are read are looked at.
    """
    type, values = type_of(shape), list(shape.values) if shape.values is not None else None
    form = _pruned(plain(type), fields_read(roots, name)) if type.kind == "list" else plain(type)
    return {
        "name": name,
        "names": [name],
        "type": "enum" if type.kind == "enum" else form,
        "form": {"enum": values} if values is not None else form,
        "values": values if type.kind == "enum" else None,
        "required": form is not None,
        "default": None,
        "parse": None,
        "error": None,
        "nullable": shape.nullable,
        "finite": shape.finite,
        "unit": shape.unit,
    }


def _pruned(form: Any, read: frozenset[str] | None) -> Any:
    """The form of a list without the fields that nothing reads; None where nothing of it is read."""
    inner = form["list"]
    if read is None or not isinstance(inner, dict) or "record" not in inner:
        return form
    kept = {name: field for name, field in inner["record"].items() if name in read}
    return {"list": {**inner, "record": kept}} if kept else None


def _invariant(document: Document[Invariants], each: Watched) -> dict[str, Any]:
    part, _, name = each.id.partition(".")
    rule: Invariant | AtEnd = getattr(document.spec, part)[name]
    place = document.key_span(part, name)
    grace = rule.grace if isinstance(rule, Invariant) else None
    return {
        "id": each.id,
        "form": each.form,
        "asks": each.asks,
        "severity": rule.severity,
        "error": rule.error or document.spec.error,
        "message": rule.message,
        "on_null": rule.on_null,
        "grace": [grace.failures, grace.of] if grace is not None else None,
        "mode": rule.mode,
        "groups": list(each.groups),
        "steps": each.steps,
        "length": each.length,
        "clock": each.clock,
        "is_conditional": each.when is not None,
        "reads": list(each.names),
        "origin": f"{place.file}:{place.line}",
        "measures": [[part.kind, list(part.tolerances)] for part in _measures(each)],
        "polars": columnar(each),
    }


def _measures(each: Watched) -> Any:
    return measures(each.expr.root) if each.form == "always" else ()


def _off(part: str, rules: Any) -> list[str]:
    return [f"{part}.{name}" for name, rule in rules.items() if rule.mode == "off"]
