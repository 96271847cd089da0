"""Fields and generators in Polars: `list.agg` evaluates an expression over the elements of each row's list.

It knows no columns. An element that reads one besides its own fields gets it from a struct of the list and
these columns, put as the only element into a list of its own.
"""

from __future__ import annotations

from peakguard.expression.emit import polars_text as text
from peakguard.expression.emit.polars import Emitter, Writer
from peakguard.expression.typed import NAN, Typed, walk

_ELEMENT = "pl.element()"
_LIST = text.quote("the list")
"""The field with the list; a space keeps it apart from every column."""
_ITEMS = f"pl.element().struct.field({_LIST}).explode(empty_as_null=False, keep_nulls=False)"


def _field(emitter: Emitter, node: Typed) -> str:
    written = f"{emitter.expression(node.args[0])}.struct.field({text.quote(node.value)})"
    return f"{written}.cast(pl.String)" if node.type.kind == "enum" else written


def _each(emitter: Emitter, node: Typed) -> str:
    source, *parts = node.args
    items = emitter.expression(source)
    outer = sorted({each.value for part in parts for each in walk(part) if each.op == "column"})
    if not outer:
        inside = _over_elements(emitter.inside({node.value: _ELEMENT}, {}), node, _ELEMENT)
        return f"{items}.list.agg({inside})"
    columns = {name: f"pl.element().struct.field({text.quote(name)}).first()" for name in outer}
    inside = _over_elements(emitter.inside({node.value: _ITEMS}, columns), node, _ITEMS)
    members = ", ".join(
        [f"{items}.alias({_LIST})", *(emitter.column(name) + f".alias({text.quote(name)})" for name in outer)]
    )
    made = f"pl.concat_list(pl.struct({members})).list.agg({inside})"
    return f"pl.when({items}.is_not_null()).then({made})" if source.nullable else made


def _over_elements(emitter: Emitter, node: Typed, items: str) -> str:
    """One value of all elements. What does not read the item is one value, so it is spread over them."""
    _, element, *conditions = node.args
    written = emitter.expression(element)
    if not conditions and not _reads_item(element):
        written = f"pl.when(pl.int_range({items}.len()) >= 0).then({written})"
    if not conditions:
        return _total(node, written, [f"{written}.is_null()"] if element.nullable else [])
    (condition,) = conditions
    keep = emitter.expression(condition)
    if not _reads_item(condition) and not _reads_item(element):
        keep = f"((pl.int_range({items}.len()) >= 0) & {keep})"
    if node.op == "each_any":
        return f"({keep} & {written}).any(ignore_nulls=False)"
    if node.op == "each_all":
        return f"(~{keep} | {written}).all(ignore_nulls=False)"
    nulls = [f"{keep}.is_null()"] if condition.nullable else []
    if element.nullable:
        nulls.append(f"({keep} & {written}.is_null())")
    return _total(node, f"pl.when({keep}).then({written})", nulls)


def _reads_item(node: Typed) -> bool:
    return any(each.op == "item" for each in walk(node))


def _total(node: Typed, kept: str, nulls: list[str]) -> str:
    plain = _TOTALS[node.op](node, kept)
    if not nulls or node.op in ("each_all", "each_any"):
        return plain
    return f"pl.when(~({' | '.join(nulls)}).any()).then({plain})"


def _sum(node: Typed, kept: str) -> str:
    if node.type.kind == "int64":
        return f"{kept}.cast(pl.Int128).sum().cast(pl.Int64, strict=False)"
    return f"{kept}.sum()"


def _count(node: Typed, kept: str) -> str:
    return f"{kept}.sum().cast(pl.Int64)" if node.args[1].type.kind == "bool" else f"{kept}.count().cast(pl.Int64)"


def _extreme(node: Typed, kept: str) -> str:
    plain = f"{kept}.{node.op.removeprefix('each_')}()"
    if node.args[1].special < NAN:
        return plain
    return f"pl.when({kept}.is_nan().any()).then({text.NAN}).otherwise({plain})"


_TOTALS = {
    "each_all": lambda node, kept: f"{kept}.all(ignore_nulls=False)",
    "each_any": lambda node, kept: f"{kept}.any(ignore_nulls=False)",
    "each_count": _count,
    "each_max": _extreme,
    "each_mean": lambda node, kept: f"{kept}.mean()",
    "each_min": _extreme,
    "each_sum": _sum,
}

EACH: dict[str, Writer] = {"field": _field, **dict.fromkeys(_TOTALS, _each)}
