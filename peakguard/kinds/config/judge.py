"""The tree of a configuration against the parts that its policy declares: every fault at once, each at its place."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.config.judged import ENTRIES, KEYS, VALUES, Judged, dotted, title
from peakguard.kinds.config.layers import stands_in_file
from peakguard.kinds.config.renames import deprecated
from peakguard.kinds.config.unknown import Homes, unknown_keys
from peakguard.kinds.config.values import BROKEN, expected, read_value, shown
from peakguard.kinds.config.variables import variable_in_words
from peakguard.runtime.pattern import matcher
from peakguard.syntax.node import Mapping as Table
from peakguard.syntax.node import Node, Scalar, Style
from peakguard.syntax.node import Sequence as List
from peakguard.syntax.source import Source

_PATHS = {"exists": os.path.exists, "file": os.path.isfile, "folder": os.path.isdir}
_LACKS = {"exists": "nothing", "file": "no file", "folder": "no folder", "parent": "no folder to hold it"}


Entry: TypeAlias = "tuple[Scalar, Node]"


class Judge:
    """One judgement. `fields` gives canonical values, None for what is not given or broken."""

    def __init__(self, plan: Mapping[str, Any], homes: Homes, root: str, judged: Judged) -> None:
        self._plan = plan
        self._homes = homes
        self._root = root
        self._judged = judged

    def whole(self, tree: Table) -> dict[str, Any]:
        """The whole configuration."""
        start = Scalar(tree.source, 0, 0, "", Style.PLAIN)
        return self._fields(self._plan["fields"], tree, (), start, self._plan["unknown_keys"])

    def _fields(
        self, fields: Mapping[str, Any], table: Table, path: tuple[str, ...], at: Node, unknown: str
    ) -> dict[str, Any]:
        unknown_keys(fields, table, path, unknown, self._homes, self._judged)
        return {
            name: self._part(part, table, name, (*path, name), at)
            for name, part in fields.items()
            if part["is"] != "renamed"
        }

    def _part(self, part: Mapping[str, Any], table: Table, name: str, path: tuple[str, ...], at: Node) -> Any:
        entry = table.entries.get(name)
        if part["is"] == "field":
            return self._field(part, entry, path, at)
        self._judged.sections[dotted(path)] = entry[0] if entry is not None else at
        if entry is None:
            return self._absent(part, path, at)
        key, node = entry
        if not isinstance(node, Table):
            data = {"found": shown(node), "expected": "a table", "fix": ""}
            self._refuse(path, found(codes.CONFIG_TYPE, node.span, field=dotted(path), **data))
            return None
        return _OF_PARTS[part["is"]](self, part, node, path, key)

    def _absent(self, part: Mapping[str, Any], path: tuple[str, ...], at: Node) -> Any:
        """A section that is left out: made of defaults where that is enough."""
        if not part["required"]:
            return None
        needed = list(_needed(part))
        if needed:
            says = f", a table with {', '.join(needed)}"
            self._missing(path, at, says, "")
            return None
        empty = Table(at.source, at.start, at.start, {})
        return _OF_PARTS[part["is"]](self, part, empty, path, at)

    def _field(self, part: Mapping[str, Any], entry: Entry | None, path: tuple[str, ...], at: Node) -> Any:
        if entry is not None and part["secret"] and isinstance(entry[1], Scalar) and entry[1].value == "":
            entry = None  # the place that a template keeps free
        if entry is None:
            return self._not_given(part, path, at)
        key, node = entry
        field = dotted(path)
        if part["deprecated"] is not None:
            self._judged.report(deprecated(field, part["deprecated"], key))
        if part["secret"] and stands_in_file(node):
            variable = self._variable(path)
            self._refuse(path, found(codes.CONFIG_SECRET_LITERAL, node.span, field=field, variable=variable))
            return None
        value = read_value(node, part, field, self._judged.report)
        if value is BROKEN:
            self._judged.broken.add(path)
            return None
        self._judged.nodes[field] = node
        self._look_at(part, node, value, path)
        return value

    def _look_at(self, part: Mapping[str, Any], node: Node, value: Any, path: tuple[str, ...]) -> None:
        if part["path"] is not None and value is not None and not self._is_there(part["path"], value):
            data = {"found": value, "problem": _LACKS[part["path"]]}
            self._refuse(path, found(codes.CONFIG_PATH_MISSING, node.span, field=dotted(path), **data))
        if part["among"] is not None and value is not None and not part["secret"]:
            items = node.items if isinstance(node, List) else [node]
            texts = value if isinstance(value, list) else [value]
            for item, text in zip(items, texts, strict=True):
                self._judged.references.append((dotted(path), text, item, part["among"]))

    def _is_there(self, sort: str, text: str) -> bool:
        path = os.path.join(self._root, text)
        if sort == "parent":
            return os.path.isdir(os.path.dirname(os.path.abspath(path)))
        return _PATHS[sort](path)

    def _not_given(self, part: Mapping[str, Any], path: tuple[str, ...], at: Node) -> Any:
        field = dotted(path)
        if "required_when" in part:
            self._judged.conditions.append((path, at, part))
        if "default" in part:
            node = node_of(part["default"], Source(part["origin"], repr(part["default"])))
            self._judged.defaults[field] = part["origin"]
            value = read_value(node, part, field, self._judged.report)
            return None if value is BROKEN else value
        if part["required"] and part["secret"]:
            self._judged.broken.add(path)
            variable = self._variable(path)
            self._judged.report(found(codes.CONFIG_SECRET_MISSING, at.span, field=field, variable=variable))
        elif part["required"]:
            self._missing(path, at, f", {expected(part['type'])}", "")
        return None

    def _variable(self, path: tuple[str, ...]) -> str:
        return variable_in_words(self._plan["environment"], self._plan["fields"], path)

    def table(self, part: Mapping[str, Any], table: Table, path: tuple[str, ...], at: Node) -> Any:
        """A section."""
        unknown = part["unknown_keys"] or self._plan["unknown_keys"]
        values = self._fields(part["fields"], table, path, at, unknown)
        self._check_sum(part, list(values.values()), path, at)
        return values

    def union(self, part: Mapping[str, Any], table: Table, path: tuple[str, ...], at: Node) -> Any:
        """A section whose keys depend on one of them."""
        variants, key = part["variants"], part["union"]
        chosen = self._variant(part, table, path, at)
        mine = {**part["common"], **(variants[chosen] if chosen is not None else {})}
        rest = {name: each for fields in variants.values() for name, each in fields.items() if name not in mine}
        if chosen is not None:
            self._check_others(part, table, path, chosen, mine)
        ours = {name: entry for name, entry in table.entries.items() if name in mine or name not in {key, *rest}}
        narrowed = Table(table.source, table.start, table.end, ours)
        values = self._fields(mine, narrowed, path, at, self._plan["unknown_keys"])
        if chosen is None:
            self._judged.broken |= {(*path, name) for name in (key, *rest)}
        return {key: chosen, **dict.fromkeys(rest), **values}

    def _variant(self, part: Mapping[str, Any], table: Table, path: tuple[str, ...], at: Node) -> str | None:
        key, field = part["union"], dotted((*path, part["union"]))
        entry = table.entries.get(key)
        if entry is None:
            self._missing((*path, key), at, f", one of {', '.join(part['variants'])}", "")
            return None
        plan = {
            "type": {"enum": list(part["variants"])},
            "nullable": False,
            "finite": True,
            "values": None,
            "bounds": [],
        }
        value = read_value(entry[1], plan, field, self._judged.report)
        self._judged.nodes[field] = entry[1]
        return None if value is BROKEN else str(value)

    def _check_others(
        self, part: Mapping[str, Any], table: Table, path: tuple[str, ...], chosen: str, mine: Mapping[str, Any]
    ) -> None:
        for name, (at, _) in table.entries.items():
            owners = [f"`{each}`" for each, fields in part["variants"].items() if name in fields]
            if name not in mine and owners:
                data = {
                    "union": part["union"],
                    "variant": chosen,
                    "section": title(path),
                    "owners": " and ".join(owners),
                }
                self._judged.report(found(codes.CONFIG_KEY_OF_OTHER_VARIANT, at.span, key=name, **data))

    def map(self, part: Mapping[str, Any], table: Table, path: tuple[str, ...], at: Node) -> Any:
        """A table of any keys."""
        matches, entries = matcher(part["keys"]), {}
        for name, (key, _) in table.entries.items():
            if not matches(name):
                data = {"section": title(path), "pattern": part["keys"]}
                self._judged.report(found(codes.CONFIG_KEY_FORM, key.span, key=name, **data))
                self._judged.broken.add((*path, name))
                continue
            if part["among"] is not None:
                self._judged.references.append((f"the key of {title(path)}", name, key, part["among"]))
            entries[name] = self._part(part["values"], table, name, (*path, name), key)
        values = list(entries.values())
        self._check_sum(part, values, path, at)
        return {ENTRIES: entries, KEYS: list(entries), VALUES: values}

    def _check_sum(self, part: Mapping[str, Any], values: list[Any], path: tuple[str, ...], at: Node) -> None:
        wanted = part["sum"]
        if wanted is None or any(each[: len(path)] == path for each in self._judged.broken):
            return
        total = math.fsum(float(value) for value in values if value is not None)
        if abs(total - wanted) > 1e-9 * max(1.0, abs(wanted)):
            data = {"found": f"{total:.12g}", "sum": f"{wanted:g}"}
            self._judged.report(found(codes.CONFIG_SUM, at.span, section=title(path), **data))

    def _missing(self, path: tuple[str, ...], at: Node, says: str, reason: str) -> None:
        self._judged.broken.add(path)
        data = {"section": title(path[:-1]), "reason": reason, "says": says}
        self._judged.missing[dotted(path)] = found(codes.CONFIG_KEY_MISSING, at.span, key=path[-1], **data)

    def _refuse(self, path: tuple[str, ...], finding: Diagnostic) -> None:
        self._judged.broken.add(path)
        self._judged.report(finding)


_OF_PARTS = {"table": Judge.table, "union": Judge.union, "map": Judge.map}


def node_of(value: Any, source: Source) -> Node:
    """A plain value as if it stood in a file."""
    if isinstance(value, list | tuple):
        return List(source, 0, len(source.text), [node_of(each, Source(source.path, repr(each))) for each in value])
    if isinstance(value, Mapping):
        at = Scalar(source, 0, 0, "", Style.PLAIN)
        entries = {name: (at, node_of(each, Source(source.path, repr(each)))) for name, each in value.items()}
        return Table(source, 0, len(source.text), entries)
    return Scalar(source, 0, len(source.text), value, Style.PLAIN)


def _needed(part: Mapping[str, Any]) -> Iterator[str]:
    """The keys that a section cannot do without in a file."""
    if part["is"] == "union":
        yield part["union"]
    for name, inner in part.get("fields", {}).items():
        is_section = inner["is"] in ("table", "union") and inner["required"]
        if (is_section and list(_needed(inner))) or (
            inner["is"] == "field" and inner["required"] and not inner["secret"]
        ):
            yield name
