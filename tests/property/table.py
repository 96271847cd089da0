"""Every operation with every kind of operand: the grammar of `expressions.py`, one level deep, without chance.

A random expression is deep and seldom meets the one pair of operands that shows a fault; this table meets them all.
"""

import random
import re
from collections.abc import Iterator
from itertools import product

from tests.property.expressions import (
    ANY,
    ANY_ORDERED,
    CHOICES,
    COLUMNS,
    FIELDS,
    INSIDE,
    LEAVES,
    ORDERED,
    OVER_LISTS,
    ROW_TYPES,
    TEMPLATES,
)

PLACE = re.compile(r"<(?:row )?((?:leg |word |mark )?[a-z0-9_]+)>")
MOST = 120
"""Fillings of one template; where there are more, a sample of them."""
_SOURCES = {"leg": "p in legs_n", "word": "t in tags_n", "mark": "m in marks"}


def table(*, ordered: bool) -> dict[str, list[str]]:
    """By root type, the expressions of the table: of one row, or those that look at earlier rows."""
    source = random.Random(11)
    kinds = {kind: list(_templates(kind, ordered=ordered)) for kind in ROW_TYPES}
    return {
        kind: list(dict.fromkeys(text for each in templates for text in _filled(each, kind, source)))
        for kind, templates in kinds.items()
    }


def _templates(kind: str, *, ordered: bool) -> Iterator[str]:
    if ordered:
        yield from [*ORDERED.get(kind, []), *ANY_ORDERED]
        return
    yield from dict.fromkeys([*TEMPLATES[kind], *OVER_LISTS.get(kind, []), *ANY])
    for inner, templates in INSIDE.items():
        family, _, made = inner.partition(" ")
        for each in templates if made == kind else []:
            function = {"bool": "all", "int64": "sum", "float64": "max"}.get(kind)
            if function is not None:
                yield f"{function}({each} for {_SOURCES[family]})"


def _filled(template: str, kind: str, source: random.Random) -> list[str]:
    names = PLACE.findall(template)
    options = [_options(kind if name == "self" else name) for name in names]
    fillings = list(product(*options)) if _size(options) <= 2000 else _sampled(options, source)
    chosen = fillings if len(fillings) <= MOST else source.sample(fillings, MOST)
    return [_fill(template, each) for each in chosen]


def _options(name: str) -> list[str]:
    if name in CHOICES:
        return CHOICES[name]
    if name in FIELDS:
        return FIELDS[name]
    return [*COLUMNS[name], *LEAVES.get(name, [])[:2]]


def _size(options: list[list[str]]) -> int:
    size = 1
    for each in options:
        size *= len(each)
    return size


def _sampled(options: list[list[str]], source: random.Random) -> list[tuple[str, ...]]:
    return [tuple(source.choice(each) for each in options) for _ in range(MOST)]


def _fill(template: str, values: tuple[str, ...]) -> str:
    rest = iter(values)
    return PLACE.sub(lambda _: next(rest), template)
