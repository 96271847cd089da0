"""TOML means to us what it means to `tomllib`: the same documents, the same data."""

from __future__ import annotations

import datetime as dt
import math
import random
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakguard.diagnostics import codes
from peakguard.syntax.node import Mapping, Scalar, Style, walk
from peakguard.syntax.source import Source
from peakguard.syntax.toml import parse_toml
from tests.property.scale import SCALE

BLANK = st.sampled_from(["", " ", "\t", "  "])
BREAK = st.sampled_from(["\n", "\r\n", "\n\n", " # comment ☃\n"])
BARE = st.text("abcAZ09_-", min_size=1, max_size=4)
TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=8)


def basic(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def block(text: str) -> str:
    return '"""\n' + text.replace("\\", "\\\\").replace('"', '\\"') + '\\\n  "" """'


STRING = st.one_of(
    TEXT.map(basic),
    TEXT.filter(lambda text: "'" not in text).map(lambda text: f"'{text}'"),
    TEXT.map(block),
    TEXT.filter(lambda text: "'" not in text).map(lambda text: f"'''\r\n{text}\n'''"),
    st.sampled_from([r'"\u00e9\U0001F600\t\n\b\f\r\\"', '""""quoted"" """', "''''raw'' '''", '"""a\\  \n\n  b"""']),
)
NUMBER = st.sampled_from(
    [
        "0",
        "+1",
        "-0",
        "1_000",
        "0xDEAD_beef",
        "0o17",
        "0b1_0",
        "1.5",
        "-1e3",
        "1_0.5_0E-1_0",
        "9223372036854775807",
        "0.0",
    ]
)
MOMENT = st.sampled_from(
    ["1979-05-27", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.999999-07:00", "07:32:00", "2024-02-29t00:00:00"]
)

SIMPLE = st.one_of(STRING, NUMBER, MOMENT, st.sampled_from(["true", "false"]))
KEY_PART = st.one_of(BARE, TEXT.map(basic), TEXT.filter(lambda text: "'" not in text).map(lambda text: f"'{text}'"))
KEY = st.lists(KEY_PART, min_size=1, max_size=3).flatmap(
    lambda parts: BLANK.map(lambda gap: f"{gap}.{gap}".join(parts))
)


def array(items: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(items, max_size=3).flatmap(
        lambda each: st.sampled_from([", ", ",\n# why\n", " ,\t"]).map(lambda gap: f"[{gap.join(each)}]")
    )


def inline(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.tuples(KEY, values), max_size=3).map(
        lambda pairs: f"{{{', '.join(f'{k} = {v}' for k, v in pairs)}}}"
    )


VALUE = st.recursive(SIMPLE, lambda inner: st.one_of(array(inner), inline(inner)), max_leaves=5)
PAIR = st.tuples(KEY, VALUE, BREAK).map(lambda parts: f"{parts[0]} = {parts[1]}{parts[2]}")
HEADER = st.tuples(KEY, st.booleans(), BREAK).map(lambda p: f"[[{p[0]}]]{p[2]}" if p[1] else f"[{p[0]}]{p[2]}")
DOCUMENT = st.lists(st.one_of(PAIR, PAIR, HEADER), max_size=8).map("".join)


def assert_agrees(text: str) -> None:
    node, findings = parse_toml(Source("a.toml", text))
    refused = node is None or any(finding.code == codes.DUPLICATE_KEY for finding in findings)
    stricter = any(finding.code not in (codes.DUPLICATE_KEY, codes.TOML_SYNTAX) for finding in findings)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert refused or stricter, text
        return
    assert stricter or not refused, (text, findings)
    if not refused and not stricter:
        assert node is not None
        assert_same(node.plain(), data)


def assert_same(ours: Any, theirs: Any) -> None:
    """Equal, types included; dates and times are the text they were written as."""
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs)
        for key, value in theirs.items():
            assert_same(ours[key], value)
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert_same(one, other)
    elif isinstance(theirs, dt.date | dt.time):
        assert tomllib.loads(f"x = {ours}")["x"] == theirs
    else:
        assert type(ours) is type(theirs)
        assert ours == theirs
        assert not isinstance(ours, float) or math.copysign(1, ours) == math.copysign(1, theirs)


@given(DOCUMENT)
@settings(max_examples=200 * SCALE, deadline=None)
def test_generated_documents_have_the_data_of_tomllib(text: str) -> None:
    assert_agrees(text)


@given(DOCUMENT, st.randoms(use_true_random=False))
@settings(max_examples=250 * SCALE, deadline=None)
def test_damaged_documents_are_judged_like_tomllib(text: str, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(text) + 1)
        text = rng.choice(
            [text[:place] + rng.choice("[]{}=\"'.,#\n\t\\x1-T:") + text[place:], text[:place] + text[place + 1 :]]
        )
    assert_agrees(text)


@given(DOCUMENT)
@settings(max_examples=150 * SCALE, deadline=None)
def test_the_span_of_a_value_is_where_it_is_written(text: str) -> None:
    """What lies under a number, word or date reads as that value again."""
    node, findings = parse_toml(Source("a.toml", text))
    if node is None or findings:
        return
    for each in walk(node):
        written = text[each.start : each.end]
        if isinstance(each, Scalar):
            again, _ = parse_toml(Source("b.toml", f"x = {written}"))
            assert again is not None
            assert again.plain() == {"x": each.value}
            assert each.style is not Style.PLAIN or written == written.strip()


@given(DOCUMENT)
@settings(max_examples=100 * SCALE, deadline=None)
def test_keys_lie_under_their_spans(text: str) -> None:
    node, _ = parse_toml(Source("a.toml", text))
    for table in walk(node) if node is not None else ():
        if isinstance(table, Mapping):
            for name, (key, _) in table.entries.items():
                again = tomllib.loads(f"{text[key.start : key.end]} = 1")
                assert again == {name: 1}


@pytest.mark.slow
def test_two_hundred_thousand_damaged_documents_are_judged_like_tomllib() -> None:
    rng = random.Random(7)
    seeds = [
        'a = 1\n[b]\nc.d = "x"\n[[e]]\nf=[1,2,{g=1}]\n[[e]]\nh=1979-05-27T07:32:00Z\n[e.k]\nz=0x1F\n',
        '"a b".c = \'\'\'\nraw\'\'\'\nd = """x\\\n   y"""\n',
        "[a]\n[a.b]\nc=1\n[a.d]\nx=1_000.5e3\ny=+1\nt=07:32:00\n",
        "a={b.c=1,b.d=2}\nb=[\n1, # c\n2,\n]\n",
    ]
    for _ in range(200_000):
        text = rng.choice(seeds)
        for _ in range(rng.randint(0, 4)):
            place = rng.randrange(len(text) + 1)
            match rng.randrange(4):
                case 0:
                    text = text[:place] + rng.choice("abc[]{}=\"'.,#\n \t\\1-+_:T\r0xeinf") + text[place:]
                case 1:
                    text = text[:place] + text[place + 1 :]
                case 2:
                    text = text[:place] + rng.choice(seeds)[rng.randrange(20) :]
                case _:
                    text += rng.choice(seeds)
        assert_agrees(text)
