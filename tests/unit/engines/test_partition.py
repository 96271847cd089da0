"""Rows are divided by a verdict on the very data: where these have changed since, they are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import pytest

import peakguard
from peakguard.engines.polars.batches import Source
from peakguard.kinds.contract.settle import partition_of
from peakguard.runtime.errors import PeakguardError

POLICY = """\
peakguard: 1
kind: contract
name: it
version: 1.0.0
columns: {x: {type: int64, gt: 0}}
on_violation: quarantine
"""


def source_of(frame: pl.DataFrame) -> Source:
    def read(columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        yield frame.select(columns)

    return Source(frame.schema, read, is_text=False)


@pytest.mark.parametrize("rows", [2, 4])
def test_data_of_another_length_are_not_divided(tmp_path: Path, rows: int) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "it.yaml").write_text(POLICY)
    contract = peakguard.load(tmp_path).contract("it")
    data = pl.DataFrame({"x": [1, -1, 2]})
    verdict = contract.inspect(data)
    same = partition_of(contract._plan, source_of(data), verdict)
    assert [sum(each.height for each in part()) for part in (same.good, same.bad)] == [2, 1]
    changed = partition_of(contract._plan, source_of(pl.DataFrame({"x": range(rows)})), verdict)
    for part in (changed.good, changed.bad):
        with pytest.raises(PeakguardError) as found:
            list(part())
        assert found.value.code == "PG2003"
