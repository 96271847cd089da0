"""Text -> IR: structure, places, limits."""

import pytest

from peakguard.diagnostics import codes
from peakguard.expression import ir
from peakguard.expression.grammar import parse


def tree(text: str) -> ir.Node:
    node, faults = parse(text)
    assert node is not None, faults
    return node


def places(node: object, text: str) -> list[str]:
    """The text of each name and literal, by its offsets."""
    if isinstance(node, (ir.Name, ir.Literal)):
        return [text[node.start : node.end]]
    parts = node if isinstance(node, tuple) else ()
    return [found for part in parts for found in places(part, text)]


def test_a_chain_of_comparisons_is_one_node() -> None:
    node = tree("1 <= x < 2.5")
    assert isinstance(node, ir.Compare)
    assert node.operators == ("<=", "<")
    assert [type(each) for each in node.operands] == [ir.Literal, ir.Name, ir.Literal]


def test_a_minus_before_a_number_belongs_to_the_number() -> None:
    assert tree("-9223372036854775808") == ir.Literal(-(2**63), "-9223372036854775808", 0, 20)
    assert tree("- 1.50") == ir.Literal(-1.5, "-1.50", 0, 6)


def test_offsets_count_code_points() -> None:
    text = "('é𝒳' == name) and q > 1"
    assert places(tree(text), text) == ["'é𝒳'", "name", "q", "1"]


def test_line_breaks_and_tabs_are_spaces_and_move_no_offset() -> None:
    text = "  high > 1\n\tand low\r\n  < 2\n"
    assert places(tree(text), text) == ["high", "1", "low", "2"]


def test_keywords_of_a_call_keep_their_names() -> None:
    node = tree("close(a, b, rel=1e-9)")
    assert isinstance(node, ir.Call)
    assert [each.name for each in node.keywords] == ["rel"]


def test_a_raw_literal_keeps_its_backslashes() -> None:
    assert tree(r"matches(s, r'\d+')")[1][1].value == r"\d+"  # type: ignore[index, union-attr] # the call's pattern


REFUSED = [
    ("«»", codes.EXPRESSION_SYNTAX),
    ("«   »", codes.EXPRESSION_SYNTAX),
    ("a) + (b", codes.EXPRESSION_SYNTAX),
    ("x «=» 1", codes.EXPRESSION_SYNTAX),
    ("x > «'abc»", codes.EXPRESSION_SYNTAX),
    ("s == 'a«\\»n'", codes.BAD_CHARACTER),
    ("x > 1 «#» above", codes.BAD_CHARACTER),
    ("«ä» > 1", codes.BAD_CHARACTER),
    ("x «＞» 1", codes.BAD_CHARACTER),
    ("x > 1«;» y", codes.BAD_CHARACTER),
    ("x > «9223372036854775808»", codes.BAD_LITERAL),
    ("x > «-9223372036854775809»", codes.BAD_LITERAL),
    ("x > «1e999»", codes.BAD_LITERAL),
    ("x > «2j»", codes.BAD_LITERAL),
    ("s == «b'a'»", codes.BAD_LITERAL),
    ("x in «()»", codes.BAD_LITERAL),
    ("x in (1, «y»)", codes.NOT_IN_LANGUAGE),
    ("x in «y»", codes.NOT_IN_LANGUAGE),
    ("«x & y»", codes.NOT_IN_LANGUAGE),
    ("«x ** 2» > 1", codes.NOT_IN_LANGUAGE),
    ("«~x»", codes.NOT_IN_LANGUAGE),
    ("«x is y»", codes.NOT_IN_LANGUAGE),
    ("s == «f'{x}'»", codes.NOT_IN_LANGUAGE),
    ("s == «'''»a'''", codes.NOT_IN_LANGUAGE),
]


@pytest.mark.parametrize(("marked", "code"), REFUSED)
def test_what_is_not_in_the_language_is_one_fault_in_its_place(marked: str, code: str) -> None:
    text = marked.replace("«", "").replace("»", "")
    node, faults = parse(text)
    assert node is None
    assert [each.code for each in faults] == [code]
    if "«" in marked:
        start = marked.index("«")
        assert (faults[0].start, faults[0].end) == (start, marked.index("»") - 1)


def limit_fault(text: str) -> tuple[str, str]:
    node, (fault,) = parse(text)
    assert node is None
    return fault.code, str(fault.data.get("what"))


def test_length_is_limited_before_anything_is_parsed() -> None:
    assert parse("x" + " " * 1999)[0] is not None
    assert limit_fault("x" + " " * 2000) == (codes.EXPRESSION_LIMIT, "characters")


def test_nodes_are_limited() -> None:
    assert parse(" or ".join(["a"] * 199))[0] is not None
    assert limit_fault(" or ".join(["a"] * 200)) == (codes.EXPRESSION_LIMIT, "nodes")


def test_depth_is_limited() -> None:
    assert parse("not " * 19 + "a")[0] is not None
    assert limit_fault("not " * 20 + "a") == (codes.EXPRESSION_LIMIT, "levels")


def test_strings_are_limited() -> None:
    assert parse(f"s == '{'a' * 256}'")[0] is not None
    assert parse(f"s == '{'a' * 257}'")[1][0].code == codes.BAD_LITERAL


def test_generated_text_has_no_limits() -> None:
    listed = ", ".join(map(str, range(3000)))
    node, faults = parse(f"x in [{listed}]", bounded=False)
    assert (node is not None, faults) == (True, [])
