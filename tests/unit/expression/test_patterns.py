"""Patterns: what is portable, and that all engines then agree."""

import random
import re

import polars as pl
import pytest

from peakguard.expression.patterns import anchored, check_pattern, portable

REFUSED = [
    ("«^»a", "anchor"),
    ("a«$»", "anchor"),
    (r"«\A»a", "anchor"),
    (r"«\b»a", "boundary"),
    ("«(?=»a)", "look-ahead"),
    ("«(?!»a)", "look-ahead"),
    ("«(?<=»a)", "look-behind"),
    ("«(?<!»a)", "look-behind"),
    (r"(a)«\1»", "back-reference"),
    ("«(?P<»x>a)", "named group"),
    ("«(?P=»x)", "named reference"),
    ("«(?>»a)", "atomic group"),
    ("«(?(»1)a|b)", "conditional"),
    ("«(?i)»a", "flag"),
    ("«(?s-i:»a)", "flag"),
    ("«(?#»a)", "comment"),
    ("a+«+»", "possessive"),
    ("a{2}«{»3}", "repeated repeat"),
    ("a*«*»", "repeated repeat"),
    ("«*»a", "nothing to repeat"),
    ("a|«+»", "nothing to repeat"),
    ("a«{»,3}", "open lower bound"),
    ("a«{3,2}»", "bounds in the wrong order"),
    ("a«}»", "lone brace"),
    ("a«]»", "lone bracket"),
    (r"«\p»{L}", "Unicode class"),
    (r"«\x»41", "escape"),
    ("a«\\»", "lone backslash"),
    ("[a«&&»b]", "set operation"),
    ("[«a--»b]", "set operation as a range"),
    ("[«[»a]]", "nested set"),
    ("«[]»", "empty set"),
    ("«[»a", "open set"),
    (r"[«\D»a]", "complement in a set"),
    ("[«z-a»]", "range in the wrong order"),
    (r"[«a-\d»]", "range to a class"),
    ("«(»a", "open group"),
    ("a«)»", "closed group"),
    ("«(a{50}){21}»", "size"),
]


@pytest.mark.parametrize(("marked", "why"), REFUSED, ids=[each[1] for each in REFUSED])
def test_what_engines_disagree_about_is_refused(marked: str, why: str) -> None:
    fault = check_pattern(marked.replace("«", "").replace("»", ""))
    assert fault is not None
    start, end = marked.index("«"), marked.index("»") - 1
    if why != "size":
        assert (fault.start, fault.end) == (start, end)
    assert fault.construct == marked.replace("«", "").replace("»", "")[fault.start : fault.end]


def test_classes_are_ascii_in_every_engine() -> None:
    assert portable(r"\d\w\s\D") == r"[0-9][0-9A-Za-z_][\t\n\x0b\x0c\r ][^0-9]"
    assert portable(r"[\d.]") == r"[0-9\.]"


def test_laziness_means_nothing_and_is_dropped() -> None:
    assert portable("a*?b+?c??d{1,2}?") == "a*b+c?d{1,2}"


ATOMS = [
    "a",
    "b",
    ".",
    r"\d",
    r"\w",
    r"\s",
    r"\D",
    "[ab]",
    "[^a]",
    "[a-c_-]",
    r"[\w.]",
    "é",
    "𝒳",
    r"\.",
    "-",
    "(a|b)",
    "(?:ab)",
    "~",
    "#",
    r"\t",
]
REPEATS = ["", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"]
CHARACTERS = ["a", "b", "c", "0", "٣", " ", "\u00a0", "\n", "\t", "é", "𝒳", ".", "-", "_", "~", "#", "ſ", "K"]


def test_python_re2_and_polars_agree() -> None:
    import re2

    source = random.Random(7)
    values = ["", *("".join(source.choice(CHARACTERS) for _ in range(source.randint(1, 5))) for _ in range(150))]
    values += [value + "\n" for value in values[:20]]
    column = pl.Series(values)
    matched = 0
    for _ in range(300):
        pattern = "".join(source.choice(ATOMS) + source.choice(REPEATS) for _ in range(source.randint(1, 4)))
        pattern = source.choice([pattern, f"{pattern}|a", f"({pattern})*"])
        assert check_pattern(pattern) is None, pattern
        python = [re.fullmatch(portable(pattern), value) is not None for value in values]
        compiled = re2.compile(anchored(pattern))
        assert column.str.contains(anchored(pattern)).to_list() == python, pattern
        assert [compiled.search(value) is not None for value in values] == python, pattern
        matched += sum(python)
    assert matched > 1000


def test_the_largest_pattern_still_compiles_everywhere() -> None:
    import re2

    pattern = anchored("[^ab]{1000}")
    assert pl.Series(["é" * 1000, "é" * 999]).str.contains(pattern).to_list() == [True, False]
    assert re2.compile(pattern).search("é" * 1000)
