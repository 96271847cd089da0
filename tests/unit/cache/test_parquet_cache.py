"""The class that takes the place of one a program has."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from peakguard.api.parquet_cache import _SETTINGS, ParquetCache
from peakguard.runtime.errors import PeakguardError
from tests.unit.cache.made import FRAME, project


def test_it_saves_loads_and_clears(tmp_path: Path) -> None:
    cache = ParquetCache(tmp_path / "data_cache")
    frame = FRAME.to_pandas().set_index("volume")
    assert cache.load("BTC/EUR 1h") is None
    cache.save(frame, "BTC/EUR 1h")
    cache.save("ETH/EUR 1h", FRAME)  # type: ignore[arg-type] # the other order that such classes have
    again = ParquetCache(tmp_path / "data_cache")
    pd.testing.assert_frame_equal(again.load("BTC/EUR 1h"), frame)
    assert again.load("ETH/EUR 1h").equals(FRAME)
    assert again.exists("BTC/EUR 1h")
    assert again.clear("BTC/EUR 1h") == 1
    assert not again.exists("BTC/EUR 1h")
    assert again.clear() == 1
    assert again.clear() == 0


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bars.parquet").write_bytes(b"not ours")
    with pytest.raises(PeakguardError) as caught:
        ParquetCache(tmp_path)
    assert caught.value.code == "PG2043"
    assert (tmp_path / "bars.parquet").read_bytes() == b"not ours"


def test_its_settings_are_those_of_a_policy_that_says_nothing(tmp_path: Path) -> None:
    table = ParquetCache(cache=project(tmp_path, "max_entries: 1").cache("bars")).cache.table
    told = {name for name in table if name not in ("name", "mode", "origin", "folder", "max_entries", "max_size")}
    assert {name: _SETTINGS[name] for name in told} == {name: table[name] for name in told}
    assert _SETTINGS.keys() == told | {"max_entries", "max_size"}


def test_it_may_stand_on_the_cache_of_a_policy(tmp_path: Path) -> None:
    policies = project(tmp_path, "ttl: 1h")
    ParquetCache(cache=policies.cache("bars")).save(FRAME, "a")
    assert policies.cache("bars").get("a").equals(FRAME)
    with pytest.raises(TypeError):
        ParquetCache()
