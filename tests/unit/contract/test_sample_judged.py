"""Whatever the search brings, the contract has the last word before a byte is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import polars as pl
import pytest

from peakguard import PeakguardError
from peakguard.diagnostics import codes
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.sample import made
from peakguard.kinds.contract.sample.draw import draw as searched
from peakguard.language.document import Document
from tests.conformance.cases import REPOSITORY, run


def ohlcv() -> Document[Contract]:
    return next(cast("Document[Contract]", each) for each in run(REPOSITORY)[0] if each.file.endswith("/ohlcv.yaml"))


@pytest.mark.parametrize("changed", [[], ["open", "volume"]], ids=["nothing-broken", "two-rules-broken"])
def test_frames_that_do_not_break_the_one_rule_are_refused(changed: list[str], monkeypatch: Any) -> None:
    maker = made.Maker(ohlcv(), "parquet", datetime.now(UTC))
    clean = pl.read_parquet(maker.sample(20, 7).data)

    def candidates(*_: Any) -> Iterator[pl.DataFrame]:
        yield clean.with_columns(pl.lit(-1.0).alias(name) for name in changed)

    monkeypatch.setattr(made, "candidates", candidates)
    with pytest.raises(PeakguardError) as raised:
        maker.breaking("columns.volume.ge", 20, 7)
    assert raised.value.code == codes.RULE_NOT_BREAKABLE


def test_rows_that_break_the_contract_are_refused(monkeypatch: Any) -> None:
    maker = made.Maker(ohlcv(), "parquet", datetime.now(UTC))
    honest = searched

    def draw(*arguments: Any) -> Any:
        drawn = honest(*arguments)
        drawn.table.rows[3]["volume"] = -1.0
        return drawn

    monkeypatch.setattr(made, "draw", draw)
    with pytest.raises(PeakguardError) as raised:
        maker.sample(20, 7)
    assert (raised.value.code, raised.value.context["rule"]) == (codes.SAMPLE_NOT_FOUND, "columns.volume.ge")
