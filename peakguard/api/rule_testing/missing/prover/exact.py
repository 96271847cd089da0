"""Whether a translation says neither more nor less than the rule, so that what it rules out cannot be."""

from __future__ import annotations

from peakguard.expression.typed import Typed, walk

_LOGIC = frozenset({"and", "coalesce", "if", "is_finite", "is_nan", "is_null", "not", "or"})
_PLAIN = frozenset({"abs", "decimal", "eq", "in", "literal", "max", "min", "ne", "neg", "sign"})
_TEXT = frozenset({"contains", "ends_with", "len", "starts_with"})
_ALWAYS = _LOGIC | _PLAIN | _TEXT
"""Operations on one row that neither round nor ask for more characters than z3 knows."""
_ORDER = frozenset({"ge", "gt", "le", "lt"})
_WHOLE = frozenset({"add", "floordiv", "mod", "mul", "rescale", "sub"})
_COUNTS = ("int64", "decimal", "duration")


def is_exact(root: Typed) -> bool:
    """Whether an expression looks at one row only, and nothing in it is rounded.

    Floats are compared as real numbers. Nothing is lost by that: what is written is in the same order as what is
    stored, and a negative or a size keeps it. Times are left out where they are computed with: not all that there are
    are tried.
    """
    return all(_is_exact(node) for node in walk(root))


def _is_exact(node: Typed) -> bool:
    if node.op in _ORDER:
        return all(arg.type.kind != "string" for arg in node.args)
    if node.op in _WHOLE:
        return all(each.type.kind in _COUNTS for each in (node, *node.args))
    if node.op in ("column", "field"):
        return node.type.kind not in ("list", "binary")
    return node.op in _ALWAYS
