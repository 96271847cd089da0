"""What a config policy becomes: a tree of plain tables, and the texts of its expressions."""

from __future__ import annotations

from typing import Any

from peakguard.expression import compile_text, emit_scalar
from peakguard.expression.type_form import plain
from peakguard.kinds.config.demands import Asked, bounds, reads_of
from peakguard.kinds.config.model import Config, Demand, Map, Node, Renamed, Table, Value, Variants
from peakguard.kinds.config.scope import scope_of
from peakguard.language.document import Document
from peakguard.language.typed import type_of
from peakguard.runtime.lengths import nanoseconds
from peakguard.syntax.node import Path


def compile_document(document: Document[Config]) -> dict[str, Any]:
    """The table of a policy that `check` found no error in."""
    spec = document.spec
    writer = _Writer(document)
    environment = spec.environment
    return {
        "name": spec.name,
        "version": spec.version,
        "mode": spec.mode,
        "description": spec.description,
        "files": [{"path": each.path, "required": each.required, "under": each.under} for each in spec.files],
        "environment": {
            "prefix": environment.prefix,
            "separator": environment.separator,
            "reads": list(environment.reads),
        },
        "unknown_keys": spec.unknown_keys,
        "fields": writer.fields(spec.sections, ("sections",)),
        "rules": [writer.rule(name, rule, each) for name, rule in spec.rules.items() for each in _within(rule)],
        "agree": [
            {"name": name, "sections": list(each.sections), "exempt": dict(each.exempt)}
            for name, each in spec.agree.items()
        ],
        "overrides": dict(spec.overrides) if spec.overrides is not None else None,
        "reload": {
            "max_stale": nanoseconds(spec.reload.max_stale) / 1e9 if spec.reload.max_stale is not None else None,
            "on_stale": spec.reload.on_stale,
            "history": spec.reload.history,
        },
    }


def field_table(value: Value, origin: str) -> dict[str, Any]:
    """The table of a field by itself, without conditions on other fields."""
    return {
        "is": "field",
        "type": plain(type_of(value)),
        "nullable": value.nullable,
        "finite": value.finite,
        "unit": value.unit,
        "required": value.is_required,
        "values": list(value.values) if value.values is not None else None,
        "bounds": [_bound(key, value, asked) for key, asked in bounds(value)],
        **({"default": value.default} if value.has_default else {}),
        "secret": value.secret is not None,
        "env": value.env,
        "path": value.path,
        "among": value.among,
        "frozen": value.frozen,
        "deprecated": _deprecation(value) if value.deprecated is not None else None,
        "description": value.description,
        "origin": origin,
    }


def _bound(key: str, value: Value, asked: Asked) -> dict[str, Any]:
    return {"key": key, "bound": getattr(value, key), "text": _emitted(asked)}


def _deprecation(node: Value | Renamed) -> dict[str, Any]:
    assert node.deprecated is not None
    return node.deprecated.model_dump(mode="json")


def _emitted(asked: Asked) -> str:
    typed, faults = compile_text(asked.text, asked.scope)
    assert typed is not None, (asked.text, faults)
    return emit_scalar(typed)


def _within(rule: Demand) -> tuple[str | None, ...]:
    return rule.within or (None,)


class _Writer:
    def __init__(self, document: Document[Config]) -> None:
        self._document = document
        self._scope = scope_of(document.spec)

    def fields(self, fields: dict[str, Node], path: Path) -> dict[str, Any]:
        # In one order, whether it comes from the policy or from a compiled artefact, which sorts its keys.
        return {name: self._node(node, (*path, name)) for name, node in sorted(fields.items())}

    def _node(self, node: Node, path: Path) -> dict[str, Any]:
        match node:
            case Value():
                place = self._document.key_span(*self._document.written(*path))
                table = field_table(node, f"{place.file}:{place.line}")
                if node.required_when is not None:
                    table["required_when"] = self._expression(node.required_when)
                return table
            case Table():
                inner = {"is": "table", "fields": self.fields(node.fields, (*path, "fields"))}
                return {**inner, "unknown_keys": node.unknown_keys, "sum": node.sum, **_common(node)}
            case Variants():
                variants = {
                    name: self.fields(fields, (*path, "variants", name))
                    for name, fields in sorted(node.variants.items())
                }
                common = self.fields(node.common, (*path, "common"))
                return {"is": "union", "union": node.union, "variants": variants, "common": common, **_common(node)}
            case Map():
                values = self._node(node.values, (*path, "values"))
                own = {"is": "map", "keys": node.keys, "values": values, "among": node.among, "sum": node.sum}
                return {**own, **_common(node)}
            case Renamed():
                return {"is": "renamed", **_deprecation(node)}

    def _expression(self, text: str) -> dict[str, Any]:
        typed, faults = compile_text(text, self._scope)
        assert typed is not None, (text, faults)
        return {"asks": text, "text": emit_scalar(typed), "names": list(typed.names), "reads": reads_of(typed.root)}

    def rule(self, name: str, rule: Demand, within: str | None) -> dict[str, Any]:
        scope = scope_of(self._document.spec, within)
        text = rule.expr if rule.when is None else f"not ({rule.when}) or ({rule.expr})"
        typed, faults = compile_text(text, scope, bounded=rule.when is None)
        assert typed is not None, (text, faults)
        return {
            "id": f"rules.{name}",
            "within": within,
            "asks": rule.expr,
            "when": rule.when,
            "text": emit_scalar(typed),
            "names": list(typed.names),
            "reads": self._reads(rule, within),
            "on_null": rule.on_null or "fail",
            "severity": rule.severity,
            "error": rule.error,
            "message": rule.message,
            "mode": rule.mode,
        }

    def _reads(self, rule: Demand, within: str | None) -> list[list[str]]:
        """What the demand itself reads comes first: there the fault is pointed at."""
        scope = scope_of(self._document.spec, within)
        found: list[list[str]] = []
        for text in (rule.expr, rule.when):
            typed = compile_text(text, scope)[0] if text is not None else None
            found += [path for path in reads_of(typed.root) if path not in found] if typed is not None else []
        return found


def _common(node: Table | Variants | Map) -> dict[str, Any]:
    return {"required": node.required, "frozen": node.frozen, "description": node.description}
