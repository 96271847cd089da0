"""Whole values against portable patterns: linear in time with RE2, the same answers without it."""

import builtins
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.expression.patterns import portable
from peakguard.runtime.pattern import matcher
from tests.property.expressions import PATTERNS

TEXTS = st.text(st.sampled_from("aAbB/0_ \nÄß𝒳\x00"), max_size=8) | st.text(max_size=4)


@given(st.sampled_from(PATTERNS), TEXTS)
def test_it_says_what_python_says(pattern: str, text: str) -> None:
    written = portable(pattern)
    assert matcher(written)(text) is (re.fullmatch(written, text) is not None)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a*)*b", "a*a*a*a*b"])
def test_no_pattern_takes_long(pattern: str) -> None:
    start = time.perf_counter()
    assert matcher(portable(pattern))("a" * 5000) is False
    assert time.perf_counter() - start < 1


def test_a_lone_surrogate_is_a_character_like_any_other() -> None:
    assert matcher(portable(".."))("a\ud800") is True
    assert matcher(portable("[a-z]+"))("a\ud800") is False


def test_without_re2_python_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name == "re2":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    matcher.cache_clear()
    try:
        matches = matcher(portable("[A-Z]+(/[A-Z]+)?"))
        assert [matches(text) for text in ("BTC/USD", "BTC", "btc", "BTC/USD\n")] == [True, True, False, False]
    finally:
        matcher.cache_clear()
