"""The JSON Schema of a configuration: what of its policy such a schema can say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from peakguard.runtime.lengths import LENGTH
from peakguard.runtime.values import parts

DRAFTS = {"2020-12": "https://json-schema.org/draft/2020-12/schema", "7": "http://json-schema.org/draft-07/schema#"}
_NUMBERS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
_TEXTS = {"min_length": "minLength", "max_length": "maxLength"}
_PARTS = {"starts_with": "^{}", "ends_with": "{}$", "contains": "{}"}
_LIMIT = 2**63
_TYPES: Mapping[str, dict[str, Any]] = {
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "decimal": {"type": ["string", "number"]},
    "duration": {"type": "string", "pattern": f"^(?:{LENGTH.pattern})$"},
    "float64": {"type": "number"},
    "int64": {"type": "integer", "minimum": -_LIMIT, "maximum": _LIMIT - 1},
    "string": {"type": "string"},
}


def json_schema(plan: Mapping[str, Any], draft: str = "2020-12", *, is_part: bool = False) -> dict[str, Any]:
    """The schema of a whole configuration. Its rules, references and sums are left to `peakguard validate`.

    With `is_part` it is that of one file of several, which need not hold every key that is required.
    """
    described = {"description": plan["description"]} if plan["description"] is not None else {}
    whole = _Writer(plan["unknown_keys"], is_part=is_part).table(plan["fields"], plan["unknown_keys"])
    return {"$schema": DRAFTS[draft], "title": f"configuration {plan['name']}", **described, **whole}


class _Writer:
    def __init__(self, unknown: str, *, is_part: bool) -> None:
        self._unknown = unknown
        self._is_part = is_part

    def table(self, fields: Mapping[str, Any], unknown: str) -> dict[str, Any]:
        required = [] if self._is_part else [name for name, part in fields.items() if is_needed(part)]
        made: dict[str, Any] = {
            "type": "object",
            "properties": {name: self.part(part) for name, part in fields.items()},
        }
        if required:
            made["required"] = required
        return made | ({"additionalProperties": False} if unknown == "error" else {})

    def part(self, part: Mapping[str, Any]) -> dict[str, Any]:
        if part["is"] == "renamed":
            new = f": use {part['use']}" if part["use"] is not None else ""
            return {"deprecated": True, "description": f"deprecated since {part['since']}{new}"}
        writers = {"field": self.field, "table": self.section, "union": self.union, "map": self.map}
        made = writers[part["is"]](part)
        return made | ({"description": part["description"]} if part["description"] is not None else {})

    def field(self, part: Mapping[str, Any]) -> dict[str, Any]:
        made = {"type": "string", "maxLength": 0} if part["secret"] else _field(part)
        if part["nullable"]:
            made = {"anyOf": [made, {"type": "null"}]}
        made |= {"default": part["default"]} if "default" in part else {}
        return made | ({"deprecated": True} if part["deprecated"] is not None else {})

    def section(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return self.table(part["fields"], part["unknown_keys"] or self._unknown)

    def union(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return {"oneOf": [self._variant(part, name, fields) for name, fields in part["variants"].items()]}

    def _variant(self, part: Mapping[str, Any], name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        made = self.table({**part["common"], **fields}, self._unknown)
        others = {key for variant in part["variants"].values() for key in variant} - set(made["properties"])
        made["properties"] = {
            part["union"]: {"const": name},
            **made["properties"],
            **dict.fromkeys(sorted(others), False),
        }
        made["required"] = [part["union"], *made.get("required", [])]
        return made

    def map(self, part: Mapping[str, Any]) -> dict[str, Any]:
        inner = self.part(part["values"])
        return {"type": "object", "patternProperties": {_whole(part["keys"]): inner}, "additionalProperties": False}


def is_needed(part: Mapping[str, Any]) -> bool:
    """Whether the files must have a key; secrets come from elsewhere."""
    match part["is"]:
        case "field":
            return bool(part["required"]) and not part["secret"]
        case "table":
            return bool(part["required"]) and any(map(is_needed, part["fields"].values()))
        case "union":
            return bool(part["required"])
        case _:
            return False


def _field(part: Mapping[str, Any]) -> dict[str, Any]:
    made = _of_form(part["type"])
    if part["values"] is not None:
        made = {"enum": part["values"]}
    for bound in part["bounds"]:
        key, value = bound["key"], bound["bound"]
        if key in _TEXTS:
            made[_TEXTS[key]] = value
        elif key == "matches":
            made["pattern"] = _whole(value)
        elif key in _PARTS:
            made.setdefault("allOf", []).append({"pattern": _PARTS[key].format(re.escape(value))})
        elif key == "not_in":
            made["not"] = {"enum": list(value)}
        elif key == "multiple_of":
            made["multipleOf"] = value
        elif made.get("type") in ("number", "integer"):
            made[_NUMBERS[key]] = max(value, made[_NUMBERS[key]]) if key == "ge" and "minimum" in made else value
    return made


def _of_form(form: Any) -> dict[str, Any]:
    if not isinstance(form, Mapping):
        return dict(_TYPES[parts(form)[0]])
    if "enum" in form:
        return {"enum": list(form["enum"])}
    if "list" in form:
        return {"type": "array", "items": _inner(form["list"])}
    if "record" in form:
        fields = form["record"]
        required = [name for name, each in fields.items() if not (isinstance(each, Mapping) and each.get("nullable"))]
        properties = {name: _inner(each) for name, each in fields.items()}
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return _of_form(form["type"])


def _inner(form: Any) -> dict[str, Any]:
    made = _of_form(form)
    return {"anyOf": [made, {"type": "null"}]} if isinstance(form, Mapping) and form.get("nullable") else made


def _whole(pattern: str) -> str:
    """A pattern of ours in the dialect of JSON Schema: it finds, and its classes may be those of Unicode."""
    ascii_only = pattern.replace(r"\d", "[0-9]") if "[" not in pattern else pattern
    return f"^(?:{ascii_only})$"
