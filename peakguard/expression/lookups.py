"""What expressions over a document have beyond those over rows: `x in list`, `keys(map)` and `values(map)`.

A map is a record with two fields that no text can name. `x in list` is short for `any(_0 == x for _0 in list)`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from peakguard.expression import ir, refusal

if TYPE_CHECKING:
    from peakguard.expression.convert import Converter

KEYS, VALUES = "keys()", "values()"
"""The fields of a map: the list of its keys, and that of its values."""
_OF_MAPS = {"keys": KEYS, "values": VALUES}


def source(converter: Converter, node: ast.expr) -> ir.Node | None:
    """A list: by its name, or the keys or values of a map."""
    if isinstance(node, ast.Name | ast.Attribute):
        return converter.convert(node)
    called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    if isinstance(node, ast.Call) and called in _OF_MAPS and len(node.args) == 1 and not node.keywords:
        record = converter.convert(node.args[0])
        start, end = converter.at(node)
        return None if record is None else ir.Field(record, _OF_MAPS[called], start, start, end)
    converter.refuse(node, *refusal.GENERATOR_SOURCE)
    return None


def membership(converter: Converter, node: ast.Compare, *, negated: bool) -> ir.Node | None:
    """`item in list`, in which every item of the list is compared."""
    item, listed = converter.convert(node.left), source(converter, node.comparators[0])
    if item is None or listed is None:
        return None
    start, end = converter.at(node)
    variable = ir.Name(f"_{node.col_offset}", listed.start, listed.end)
    found = ir.Compare(("==",), (variable, item), start, end)
    made = ir.Each("any", found, variable, listed, None, start, end)
    return ir.Unary("not", made, start, end) if negated else made
