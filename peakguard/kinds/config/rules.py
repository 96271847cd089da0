"""What is asked of a configuration as a whole, once its single values are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import ERROR, INFO, WARNING, Diagnostic, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.config.judged import ENTRIES, KEYS, Judged, dotted, title
from peakguard.kinds.config.parts import is_secret
from peakguard.kinds.config.values import HIDDEN, expected, shown
from peakguard.kinds.config.variables import variable_in_words
from peakguard.runtime.scalar import load_scalar
from peakguard.syntax.node import Node

_SEVERITIES = {"halt": ERROR, "error": ERROR, "warning": WARNING, "info": INFO}


class Outcome(NamedTuple):
    """What became of one rule: `passed`, `failed`, `unknown` or `skipped`, and in which section."""

    id: str
    section: str
    state: str
    reason: str


def check_references(values: Mapping[str, Any], judged: Judged) -> None:
    """Names that should be items of a list, or keys of a map."""
    for field, text, node, among in judged.references:
        path = (among[5:-1] if among.startswith("keys(") else among).split(".")
        if judged.is_broken(path):
            continue
        listed = value_at(values, path)
        known = (listed or {}).get(KEYS) or list(listed or {}) if isinstance(listed, Mapping) else list(listed or [])
        if text not in known:
            data = {"found": text, "among": among, "known": ", ".join(known) or "none"}
            suggestion = did_you_mean(text, known)
            judged.report(found(codes.CONFIG_REFERENCE, node.span, field=field, suggestion=suggestion, **data))


def check_conditions(plan: Mapping[str, Any], values: Mapping[str, Any], judged: Judged) -> None:
    """Fields that must be given where others say so."""
    for path, at, part in judged.conditions:
        condition = part["required_when"]
        if any(judged.is_broken(read) for read in condition["reads"]):
            continue
        if load_scalar(condition["text"])(*[values[name] for name in condition["names"]]) is True:
            judged.broken.add(path)
            reason = f", for `{condition['asks']}`"
            data = {"section": title(path[:-1]), "reason": reason, "says": f", {expected(part['type'])}"}
            code = codes.CONFIG_SECRET_MISSING if part["secret"] else codes.CONFIG_KEY_MISSING
            if part["secret"]:
                data = {"field": dotted(path), "variable": variable_in_words(plan["environment"], plan["fields"], path)}
            else:
                data["key"] = path[-1]
            judged.report(found(code, at.span, **data))


def check_rules(
    rules: Sequence[Mapping[str, Any]], values: Mapping[str, Any], judged: Judged, fields: Mapping[str, Any]
) -> list[Outcome]:
    """Every rule in every section that it is asked of; each is told as asked or left out."""
    outcomes: list[Outcome] = []
    for rule in rules:
        if rule["mode"] == "off":
            outcomes.append(Outcome(rule["id"], rule["within"] or "", "skipped", "the policy leaves it out"))
            continue
        asked = [_ask(rule, *each, values, judged, fields) for each in asked_of(rule["within"], values)]
        nothing = Outcome(rule["id"], rule["within"] or "", "skipped", "there is no such section, or it is empty")
        outcomes += asked or [nothing]
    return outcomes


def asked_of(within: str | None, values: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """The sections that a rule is asked of, with the names that it may read there."""
    if within is None:
        yield (), values
        return
    path = tuple(within.split("."))
    inner = value_at(values, path)
    if inner is None:
        return
    if ENTRIES not in inner:
        yield path, {**values, **inner}
        return
    for key, entry in inner[ENTRIES].items():
        own = entry if isinstance(entry, Mapping) else {}
        yield (*path, key), {**values, "key": key, **own}


def _ask(
    rule: Mapping[str, Any],
    section: tuple[str, ...],
    names: Mapping[str, Any],
    values: Mapping[str, Any],
    judged: Judged,
    fields: Mapping[str, Any],
) -> Outcome:
    inner = value_at(values, section) if section else {}
    own = inner if isinstance(inner, Mapping) else {}
    reads = [(*section, *path) if path[0] in own else tuple(path) for path in rule["reads"]]
    broken = next((path for path in reads if judged.is_broken(path)), None)
    where = dotted(section)
    if broken is not None or (section and judged.is_broken(section) and not own):
        return Outcome(rule["id"], where, "skipped", f"{dotted(broken or section)} has no value that could be used")
    verdict = load_scalar(rule["text"])(*[names.get(name) for name in rule["names"]])
    if verdict is True or (verdict is None and rule["on_null"] == "pass"):
        return Outcome(rule["id"], where, "passed", "")
    code = codes.CONFIG_RULE_UNKNOWN if verdict is None else codes.CONFIG_RULE_BROKEN
    judged.report(_broken(code, rule, section, reads, values, judged, fields))
    return Outcome(rule["id"], where, "unknown" if verdict is None else "failed", "")


def _broken(
    code: str,
    rule: Mapping[str, Any],
    section: tuple[str, ...],
    reads: Sequence[tuple[str, ...]],
    values: Mapping[str, Any],
    judged: Judged,
    fields: Mapping[str, Any],
) -> Diagnostic:
    """The fault stands at the first value that the rule reads and that somebody gave."""
    plain = [path for path in reads if path[-1][-1:] != ")" and path != ("key",)]
    said = [_said(path, values, judged, fields) for path in plain]
    data = {
        "rule": rule["id"],
        "asks": rule["asks"],
        "says": rule["message"] or rule["id"],
        "where": f" in {title(section)}" if section else "",
        "values": ", ".join(said) or "it reads no single value",
        "error": rule["error"] or "",
    }
    severity = WARNING if rule["mode"] == "observe" else _SEVERITIES[rule["severity"]]
    return found(code, _place(reads, section, judged).span, **data)._replace(severity=severity)


def _place(reads: Sequence[tuple[str, ...]], section: tuple[str, ...], judged: Judged) -> Node:
    for path in reads:
        node = judged.nodes.get(dotted(path))
        if node is not None:
            return node
    for path in (*reads, section):
        for length in range(len(path), 0, -1):
            at = judged.sections.get(dotted(path[:length]))
            if at is not None:
                return at
    return next(iter(judged.sections.values()), next(iter(judged.nodes.values()), judged.start))


def _said(path: tuple[str, ...], values: Mapping[str, Any], judged: Judged, fields: Mapping[str, Any]) -> str:
    field = dotted(path)
    node = judged.nodes.get(field)
    if is_secret(fields, path):
        return f"{path[-1]} is {HIDDEN}"
    if node is not None:
        return f"{path[-1]} is {_brief(node)} ({node.span})"
    value = value_at(values, path)
    if value is None:
        return f"{path[-1]} is not given"
    return f"{path[-1]} is {value} by default" if field in judged.defaults else f"{path[-1]} is {value}"


def _brief(node: Node) -> str:
    return shown(node).removeprefix("the number ").removeprefix("the text ")


def value_at(values: Any, path: Sequence[str]) -> Any:
    """The value at a path; of a map by the keys of its entries. None where nothing is."""
    for key in path:
        if not isinstance(values, Mapping):
            return None
        entries = values.get(ENTRIES)
        values = entries.get(key) if isinstance(entries, Mapping) and key in entries else values.get(key)
    return values


def check_agreements(plan: Mapping[str, Any], values: Mapping[str, Any], judged: Judged) -> None:
    """Sections whose shared keys have one value."""
    for agreement in plan["agree"]:
        first: dict[str, tuple[str, Any]] = {}
        for section in agreement["sections"]:
            inner = value_at(values, section.split("."))
            for key, value in (inner or {}).items():
                if key in agreement["exempt"] or value is None or isinstance(value, Mapping):
                    continue
                other, known = first.setdefault(key, (section, value))
                if known != value:
                    is_hidden = is_secret(plan["fields"], [*section.split("."), key])
                    judged.report(_disagree(agreement["name"], key, section, other, judged, is_hidden=is_hidden))


def _disagree(agreement: str, key: str, section: str, other: str, judged: Judged, *, is_hidden: bool) -> Diagnostic:
    here, there = judged.nodes.get(f"{section}.{key}"), judged.nodes.get(f"{other}.{key}")
    at = here or there or judged.start
    said = [HIDDEN if is_hidden else "its default" if node is None else _brief(node) for node in (here, there)]
    place = str(there.span) if there is not None else "by default"
    data = {"section": f"[{section}]", "other": f"[{other}]", "agreement": agreement, "place": place}
    return found(codes.CONFIG_SECTIONS_DISAGREE, at.span, key=key, found=said[0], first=said[1], **data)
