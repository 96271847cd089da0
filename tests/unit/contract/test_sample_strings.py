"""Strings for patterns: what is made matches as the language says, what is spoilt does not."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakguard.expression.patterns import portable
from peakguard.kinds.contract.sample.strings import string_against, string_for

PATTERNS = st.recursive(
    st.sampled_from(["a", "Z", r"\d", r"\w", r"\s", ".", "[A-F0-9]", "[^a-y]", r"[^\d\s]", r"\.", "é", "[+-]"]),
    lambda inner: st.one_of(
        st.builds(
            lambda each, times: f"(?:{each}){times}", inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}"])
        ),
        st.builds("({}|{})".format, inner, inner),
        st.builds("{}{}".format, inner, inner),
    ),
    max_leaves=6,
)


@given(pattern=PATTERNS, seed=st.integers(0, 10**6))
@settings(deadline=None)
def test_what_is_made_matches(pattern: str, seed: int) -> None:
    text = string_for(pattern, Random(seed))
    assert text is not None
    assert re.fullmatch(portable(pattern), text)


@given(pattern=PATTERNS, seed=st.integers(0, 10**6))
@settings(deadline=None)
def test_what_is_spoilt_does_not_match(pattern: str, seed: int) -> None:
    text = string_against(pattern, Random(seed))
    assert text is None or not re.fullmatch(portable(pattern), text)


def test_a_pattern_that_matches_all_has_nothing_against_it() -> None:
    assert string_against(r"(?:.|\n)*", Random(1)) is None


@given(seed=st.integers(0, 10**6))
@settings(deadline=None)
def test_lengths_are_kept(seed: int) -> None:
    text = string_for("[a-z]+", Random(seed), least=30, most=40)
    assert text is not None
    assert 30 <= len(text) <= 40
    assert string_for("[a-z]{5}", Random(seed), least=6) is None


@pytest.mark.parametrize("pattern", ["(buy|sell)", "[ab]", "x?"])
def test_every_alternative_is_met(pattern: str) -> None:
    source = Random(3)
    made = {string_for(pattern, source) for _ in range(60)}
    assert made == {"(buy|sell)": {"buy", "sell"}, "[ab]": {"a", "b"}, "x?": {"", "x"}}[pattern]


def test_chance_comes_from_the_source_alone() -> None:
    first, second = ([string_for(r"\w{8}", Random(5)) for _ in range(3)] for _ in range(2))
    assert first == second
