"""The cases really watch the places: with every span off by one, each invalid case turns red."""

from __future__ import annotations

from pathlib import Path

import pytest

from peakguard.diagnostics.span import Span
from peakguard.syntax.source import Source
from tests.conformance.cases import as_json, cases, expected, name_of, run


@pytest.mark.parametrize("case", cases("invalid"), ids=name_of)
def test_a_shifted_span_turns_the_case_red(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = expected(case)
    assert [as_json(finding) for finding in run(case)[1]] == wanted
    real = Source.span

    def shifted(source: Source, start: int, end: int) -> Span:
        span = real(source, start, end)
        return span._replace(column=span.column + 1, end_column=span.end_column + 1)

    monkeypatch.setattr(Source, "span", shifted)
    if all(finding["place"] == [0, 0, 0, 0] for finding in wanted):
        return  # the finding is about the file as a whole
    assert [as_json(finding) for finding in run(case)[1]] != wanted
