"""The JSON Schema of a kind, in draft 7: what yaml-language-server and taplo understand."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from peakguard.language.registry import kind_names, model_of
from peakguard.render.docstrings import field_docstrings

_DRAFT = "http://json-schema.org/draft-07/schema#"


class _Draft7(GenerateJsonSchema):
    schema_dialect = _DRAFT

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 # the signature is pydantic's
        """Pydantic's titles repeat the key; editors would show both."""
        return False

    def model_schema(self, schema: Any) -> dict[str, Any]:
        """A model with the docstrings of its fields; pydantic would read them each time a model is built."""
        described = super().model_schema(schema)
        for name, text in field_docstrings(schema["cls"]).items():
            if name in described.get("properties", {}):
                described["properties"][name].setdefault("description", text)
        return described


def json_schema(kind: str | None) -> dict[str, Any]:
    """The schema of one kind, or of any: then `kind:` decides which one holds."""
    if kind is not None:
        return _of_kind(kind)
    branches = [
        {
            "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
            "then": {"$ref": f"#/definitions/kinds/{name}"},
        }
        for name in kind_names()
    ]
    schemas = {name: _rebased(_of_kind(name), f"#/definitions/kinds/{name}/definitions/") for name in kind_names()}
    return {
        "$schema": _DRAFT,
        "title": "peakguard policy",
        "type": "object",
        "required": ["peakguard", "kind"],
        "properties": {"kind": {"enum": list(kind_names()), "description": "What the file declares."}},
        "allOf": branches,
        "definitions": {"kinds": schemas},
    }


def _of_kind(kind: str) -> dict[str, Any]:
    schema = model_of(kind).model_json_schema(schema_generator=_Draft7, ref_template="#/definitions/{model}")
    definitions = schema.pop("$defs", {})
    described: dict[str, Any] = _described({"$schema": _DRAFT, **schema, "definitions": definitions})
    return described


def _described(node: Any) -> Any:
    """Draft 7 ignores whatever stands beside `$ref`, so a description there moves around an `allOf`."""
    if isinstance(node, list):
        return [_described(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: _described(value) for key, value in node.items() if key != "discriminator"}
    if isinstance(node.get("$ref"), str) and len(node) > 1:
        return {**{key: value for key, value in node.items() if key != "$ref"}, "allOf": [{"$ref": node["$ref"]}]}
    return node


def _rebased(node: Any, prefix: str) -> Any:
    if isinstance(node, list):
        return [_rebased(item, prefix) for item in node]
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            return {**node, "$ref": node["$ref"].replace("#/definitions/", prefix)}
        return {key: _rebased(value, prefix) for key, value in node.items() if key != "$schema"}
    return node
