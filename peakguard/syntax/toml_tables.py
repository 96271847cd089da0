"""Which tables a TOML document has: headers, dotted keys, arrays of tables, and what may not be redefined."""

from __future__ import annotations

from typing import NoReturn

from peakguard.diagnostics import codes
from peakguard.syntax.node import Mapping, Node, Scalar, Sequence
from peakguard.syntax.toml_cursor import Cursor


class Tables:
    """The document under construction.

    A table may be opened by one header only, and not after dotted keys of an earlier section made
    it; what was written as a value, an array or an inline table, never grows.
    """

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self.root = Mapping(cursor.source, 0, len(cursor.text), {})
        self.depth = 0
        self._current = self.root
        self._open_tables: list[Mapping] = []
        self._by_section = {id(self.root)}
        self._closed: set[int] = set()
        self._dotted: set[int] = set()

    def open_table(self, key: list[Scalar], start: int) -> None:
        """`[a.b]`: what follows belongs to that table."""
        self._begin_section(key, start)
        parent = self._descend(self.root, key[:-1], start)
        name, last = str(key[-1].value), key[-1]
        entry = parent.entries.get(name)
        if entry is None:
            table = self._new_table(start)
            parent.entries[name] = (last, table)
        elif isinstance(entry[1], Mapping) and id(entry[1]) in self._by_section and id(entry[1]) not in self._closed:
            table = entry[1]
            table.start, table.end = start, self._cursor.position
            parent.entries[name] = (last, table)
        else:
            self._refuse_redefinition(last, entry)
        self._closed.add(id(table))
        self._current = table

    def open_item(self, key: list[Scalar], start: int) -> None:
        """`[[a.b]]`: what follows belongs to a new item of that array."""
        self._begin_section(key, start)
        parent = self._descend(self.root, key[:-1], start)
        name, last = str(key[-1].value), key[-1]
        entry = parent.entries.get(name)
        table = self._new_table(start)
        if entry is None:
            items = Sequence(self._cursor.source, start, self._cursor.position, [table])
            self._by_section.add(id(items))
            parent.entries[name] = (last, items)
        elif isinstance(entry[1], Sequence) and id(entry[1]) in self._by_section:
            entry[1].items.append(table)
            entry[1].end = self._cursor.position
        else:
            self._refuse_redefinition(last, entry)
        self._closed.add(id(table))
        self._current = table

    def add(self, key: list[Scalar], value: Node) -> None:
        """`a.b = value` in the current table."""
        table = self._current
        for part in key[:-1]:
            table = self._dotted_step(table, part, value)
        last = key[-1]
        name = str(last.value)
        if name in table.entries:
            first_line = table.entries[name][0].span.line
            self._cursor.remark(codes.DUPLICATE_KEY, last.start, last.end, key=name, first_line=first_line)
            return
        table.entries[name] = (last, value)
        for each in (self._current, *self._open_tables):
            if each is not self.root:
                each.end = value.end

    def _begin_section(self, key: list[Scalar], start: int) -> None:
        self._closed |= self._dotted
        self._dotted.clear()
        self.depth = len(key)
        self._cursor.count_node(start)
        self._cursor.check_depth(self.depth, start)

    def _descend(self, table: Mapping, parts: list[Scalar], start: int) -> Mapping:
        """The table that a header's name leads through; of an array of tables, the last item."""
        self._open_tables = []
        for part in parts:
            entry = table.entries.get(str(part.value))
            if entry is None:
                self._cursor.count_node(part.start)
                below: Node = self._new_table(start)
                table.entries[str(part.value)] = (part, below)
            else:
                below = entry[1]
                if isinstance(below, Sequence) and id(below) in self._by_section:
                    below = below.items[-1]
            if not isinstance(below, Mapping) or id(below) not in self._by_section:
                self._cursor.refuse(
                    codes.TOML_SYNTAX, part.start, part.end, problem=f"`{part.value}` has a value already"
                )
            table = below
            self._open_tables.append(table)
        return table

    def _dotted_step(self, table: Mapping, part: Scalar, value: Node) -> Mapping:
        entry = table.entries.get(str(part.value))
        if entry is None:
            self._cursor.count_node(part.start)
            below = self._new_table(part.start)
            below.end = value.end
            table.entries[str(part.value)] = (part, below)
        elif isinstance(entry[1], Mapping) and id(entry[1]) in self._by_section and id(entry[1]) not in self._closed:
            below = entry[1]
            below.end = value.end
        else:
            self._refuse_redefinition(part, entry)
        self._dotted.add(id(below))
        return below

    def _new_table(self, start: int) -> Mapping:
        table = Mapping(self._cursor.source, start, self._cursor.position, {})
        self._by_section.add(id(table))
        return table

    def _refuse_redefinition(self, part: Scalar, entry: tuple[Scalar, Node]) -> NoReturn:
        line = entry[0].span.line
        problem = f"`{part.value}` is defined on line {line} already"
        self._cursor.refuse(codes.TOML_SYNTAX, part.start, part.end, problem=problem)
