"""What the guard of a binding does around a call, outermost first, told from its table alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.runtime.guarding.layer import ORDER


def outline(table: Mapping[str, Any], more: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The layers in the order in which a call passes them: `place`, and in `does` an `id`, a `text` and a `code`.

    `more` are the layers of other kinds, by their places.
    """
    layers = {
        **more,
        "cache": _cache(table),
        "trace": _trace(table),
        "checkpoint": [_one("checkpoint", f"the result is {table['checkpoint']}")] if table["checkpoint"] else [],
        "arguments": [*_values(table, "arguments"), *_rules(table["require"])],
        "result": [*_values(table, "returns"), *_values(table, "yields"), *_config(table), *_rules(table["ensure"])],
        "classify": _classify(table),
        "invariants": _watched(table),
        "writes": [_one("writes", f"{name} is whole or not there ({kept})") for name, kept in table["writes"]],
    }
    return in_order({place: list(does) for place, does in layers.items()})


def in_order(layers: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Layers by their places, outermost first; those that do nothing are left out."""
    return [{"place": place, "does": layers[place]} for place in ORDER if layers.get(place)]


def _one(name: str, text: str, code: str | None = None) -> dict[str, Any]:
    return {"id": name, "text": text, "code": code}


def _config(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [] if table["config"] is None else [_one("config", f"result: config {table['config']}")]


def _trace(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    if table["trace"] is None:
        return []
    name, fields = table["trace"]
    return [_one("trace", f"span {name}{_with(fields)}")]


def _cache(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    cache = table["cache"]
    if cache is None:
        return []
    key = ", ".join(cache["key"]) or "all arguments"
    return [_one("cache", f"the cache {cache['policy']} is asked first, by {key}")]


def _watched(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    watch = table["invariants"]
    if watch is None:
        return []
    when = "ahead of the call" if watch["at"] == "entry" else "after the call"
    paths = {name: each["path"] for name, each in watch["state"].items()}
    return [_one("invariants", f"a step of {watch['policy']}, {when}{_with(paths)}")]


def _classify(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    if table["classify"] is None:
        return []
    return [_one("classify", f"foreign exceptions get their code{_with(table['classify'])}")]


def _with(paths: Mapping[str, str]) -> str:
    return f" with {', '.join(f'{name} = {path}' for name, path in paths.items())}" if paths else ""


def _values(table: Mapping[str, Any], part: str) -> Iterator[dict[str, Any]]:
    for value in table["values"]:
        if value["part"] != part:
            continue
        rule = f"{part}.{value['name']}" if part == "arguments" else part
        or_none = " or none" if value["nullable"] else ""
        if "contract" in value:
            yield _one(rule, f"{value['name']}: contract {value['contract']}{or_none}")
            continue
        yield _one(f"{rule}.type", f"{value['name']}: {_form(value['type'])}{or_none}", value["error"])
        yield from _rules(value["bounds"])


def _form(form: Any) -> str:
    """A type in the form of a policy, on one line."""
    if isinstance(form, str):
        return form
    if isinstance(form, Mapping):
        return f"{{{', '.join(f'{key}: {_form(value)}' for key, value in form.items())}}}"
    return f"[{', '.join(map(_form, form))}]" if isinstance(form, list | tuple) else str(form)


def _rules(rules: Any) -> Iterator[dict[str, Any]]:
    for rule in rules:
        yield _one(rule["id"], rule["asks"], rule["error"])
