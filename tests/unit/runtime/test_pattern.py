"""Whole values against portable patterns: linear in time with RE2, the same answers without it."""

import builtins
import itertools
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.diagnostics import codes
from peakguard.expression.patterns import portable
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.pattern import matcher
from peakguard.runtime.pattern_cost import degree
from tests.property.expressions import PATTERNS

TEXTS = st.text(st.sampled_from("aAbB/0_ \nÄß𝒳\x00"), max_size=8) | st.text(max_size=4)


@given(st.sampled_from(PATTERNS), TEXTS)
def test_it_says_what_python_says(pattern: str, text: str) -> None:
    written = portable(pattern)
    assert matcher(written)(text) is (re.fullmatch(written, text) is not None)


NESTED = [
    "(a+)+b",
    "(a|a)*b",
    "(a*)*b",
    "(a?)*b",
    "a*a*a*a*b",
    "(a?){20}b",
    "(a|a){20}b",
    "(a{1,9}){9}b",
    "((a|b)a*)*c",
]
SIMPLE = ["[A-Z]+", "[A-Z]{3}/[A-Z]{3,5}", "(buy|sell)", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "(ab)*c", r"[\]a*]+b", "a*b|c+"]


@pytest.mark.parametrize("pattern", NESTED)
def test_a_pattern_that_may_blow_up_goes_to_re2(pattern: str) -> None:
    assert degree(portable(pattern)) not in (0, 1, 2)
    start = time.thread_time()
    assert matcher(portable(pattern))("a" * 5000) is False
    assert time.thread_time() - start < 1


@pytest.mark.parametrize("pattern", SIMPLE)
def test_a_pattern_with_one_way_stays_with_python(pattern: str) -> None:
    assert degree(portable(pattern)) in (0, 1)


SQUARE = ["[A-Z]+(/[A-Z]+)?", "a*a*b", "[a-z]+@[a-z]+"]


@pytest.mark.parametrize("pattern", SQUARE)
def test_two_endless_repeats_stay_with_python_for_short_values_only(pattern: str) -> None:
    assert degree(portable(pattern)) == 2
    start = time.thread_time()
    assert matcher(portable(pattern))("a" * 200_000 + "!") is False
    assert time.thread_time() - start < 1


def test_what_counts_as_linear_is_linear() -> None:
    """Every pattern of a few pieces: a hundred times the text takes no thousand times as long."""
    pieces = ["a*", "a?", "(a|aa)", "a{0,9}", "(aa)+", "a", "(ab?)*"]
    seen = 0
    for chosen in itertools.chain(itertools.product(pieces, repeat=2), itertools.product(pieces, repeat=3)):
        pattern = portable("".join(chosen) + "b")
        if degree(pattern) not in (0, 1):
            continue
        seen += 1
        start = time.thread_time()
        assert re.fullmatch(pattern, "a" * 20_000) is None
        assert time.thread_time() - start < 0.5, pattern
    assert seen > 50


@pytest.mark.parametrize("pattern", ["..", "(.?|.){2}"])
def test_a_lone_surrogate_is_a_character_like_any_other(pattern: str) -> None:
    assert matcher(portable(pattern))("a\ud800") is True
    assert matcher(portable(pattern + "b"))("a\ud800") is False


def test_without_re2_python_answers_where_it_is_cheap_and_the_rest_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name == "re2":
            raise ImportError(name)
        return imported(name, *rest)

    matcher.cache_clear()
    monkeypatch.setattr(builtins, "__import__", refuse)
    assert matcher(portable("[A-Z]+(/[A-Z]+)?"))("BTC/USD") is True
    for pattern in NESTED:
        with pytest.raises(PeakguardError) as raised:
            matcher(portable(pattern))
        assert raised.value.code == codes.EXTRA_MISSING
    matcher.cache_clear()
