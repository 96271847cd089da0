"""The JSON Schema of a configuration and our own judgement agree on its structure, whatever the configuration says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

import peakguard
from peakguard.kinds.config.runtime import Config
from peakguard.kinds.config.schema import json_schema
from tests.property.scale import SCALE

STRUCTURE = {"PG890", "PG891", "PG892", "PG893", "PG894", "PG895", "PG896", "PG900", "PG912"}
POLICY = """peakguard: 1
kind: config
name: app
version: 1.0.0
sections:
  risk: {share: {type: float64, gt: 0, le: 0.5}, count: {type: int64, ge: 1, lt: 5, multiple_of: 2, default: 2}, on: {type: bool, default: true}}
  venue: {fields: {name: {type: enum, values: [a, b]}, code: {type: string, matches: '[a-z]+', max_length: 3, starts_with: a, ends_with: b, contains: b, not_in: [acb]}}, required: false}
  key: {type: string, secret: env, required: false}
  sizing: {union: type, variants: {fixed: {units: {type: float64, gt: 0}}, part: {share: {type: float64}}, none: {}}, common: {cap: {type: float64, required: false}}}
  each: {keys: '[a-z]+', values: {fast: int64, slow: {type: int64, required: false}}}
  legs: {list: {name: string, weight: float64}, required: false}
  open: {fields: {size: int64}, unknown_keys: allow, required: false}
  maybe: {type: int64, nullable: true, required: false}
"""  # noqa: E501 # one part a line


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    root = tmp_path_factory.mktemp("schema")
    (root / "policies").mkdir()
    (root / "policies" / "app.yaml").write_text(POLICY)
    return peakguard.load(root).config("app")


# A float without a fraction is a whole number for JSON Schema, and none for us: TOML tells them apart.
scalars = st.one_of(
    st.integers(-2, 8),
    st.floats(-1, 2).filter(lambda each: each % 1 != 0),
    st.sampled_from(["a", "b", "ab", "acb", "abc", "abcd", "A", "", "fixed", "none", "part"]),
    st.booleans(),
    st.none(),
)


def table(*keys: str, values: st.SearchStrategy[Any] = scalars) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from([*keys, "other"]), values, max_size=4)


rows = st.lists(table("name", "weight"), max_size=2)
PARTS = {
    "risk": st.one_of(table("share", "count", "on"), st.sampled_from([{"share": 0.1}, {"share": 0.5}, {"share": 0.7}])),
    "venue": st.one_of(table("name", "code"), st.just({"name": "a", "code": "ab"})),
    "key": st.sampled_from(["", "x", 3]),
    "sizing": st.one_of(
        table("type", "units", "share", "cap"),
        st.sampled_from([{"type": "none"}, {"type": "fixed", "units": 2}, {"type": "part", "share": 1, "cap": 3}]),
    ),
    "each": st.dictionaries(st.sampled_from(["ab", "c", "D", "a1"]), table("fast", "slow"), max_size=2),
    "legs": st.one_of(rows, scalars),
    "open": table("size", "more"),
    "maybe": scalars,
    "other": scalars,
}
REST = ("venue", "each", "legs", "open", "maybe", "key")
OPTIONAL = {key: PARTS[key] for key in REST}
configurations = st.one_of(
    st.fixed_dictionaries({}, optional=PARTS),
    st.fixed_dictionaries({"risk": PARTS["risk"], "sizing": PARTS["sizing"]}, optional=OPTIONAL),
    st.fixed_dictionaries(
        {"risk": st.just({"share": 0.25}), "sizing": st.just({"type": "none"})},
        optional=OPTIONAL,
    ),
)


@given(configurations)
@settings(max_examples=200 * SCALE, deadline=None)
def test_schema_and_judgement_agree_on_structure(config: Config, value: dict[str, Any]) -> None:
    path = Path(config.root) / "app.json"
    path.write_text(json.dumps(value))
    found = {finding.code for finding in config.examine([path], environ={}).findings}
    assert found <= STRUCTURE
    for draft, validator in (("2020-12", Draft202012Validator), ("7", Draft7Validator)):
        schema = json_schema(config.table, draft)
        assert validator(schema).is_valid(value) == (not found), (found, value)


@pytest.mark.parametrize(("draft", "validator"), [("2020-12", Draft202012Validator), ("7", Draft7Validator)])
def test_the_schemas_are_schemas(config: Config, draft: str, validator: Any) -> None:
    validator.check_schema(json_schema(config.table, draft))


def test_one_file_of_several_need_not_hold_what_is_required(config: Config) -> None:
    schema = json_schema(config.table, "7", is_part=True)
    assert Draft7Validator(schema).is_valid({"risk": {"count": 4}})
    assert not Draft7Validator(schema).is_valid({"risk": {"count": 9}})
