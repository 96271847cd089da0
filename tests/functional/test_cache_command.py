"""`peakguard cache`: an operator lists, verifies, repairs and clears what lies in the caches."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import peakguard as package
from peakguard.api import caches
from tests.functional.conftest import Project, Run

POLICY = """\
peakguard: 1
kind: cache
name: caches
version: 1.0.0
policies:
  bars: {ttl: 1h, max_size: 1GiB, contract: bars}
  quotes: {max_entries: 10, negative: {ttl: 5m, on: [LookupError]}, ttl: 1h}
"""
CONTRACT = """\
peakguard: 1
kind: contract
name: bars
version: 2.1.0
columns:
  close: {type: float64, gt: 0}
"""
GOOD = pl.DataFrame({"close": [1.0, 2.0]})
FILES = {"policies/caches.yaml": POLICY, "contracts/bars.yaml": CONTRACT}


@pytest.fixture
def root(project: Project) -> Path:
    return project(dict(FILES))


def rows(peakguard: Run, root: Path, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    done = peakguard("cache", *arguments, "--format", "json", cwd=root)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)["rows"]


def filled(root: Path) -> Any:
    policies = package.load(root)
    policies.cache("bars").put(("BTC/EUR", "1h"), GOOD)
    policies.cache("bars").put("other", GOOD.head(1))
    policies.cache("quotes").put("a", pl.DataFrame({"bid": [1]}))
    return policies


def hurt(cache: Any, key: str) -> Path:
    digest = next(each.digest for each in cache.entries() if each.meta["shown"] == key)
    path = Path(cache.store.layout.object(digest))
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    return path


def test_it_lists_values_and_shows_one(root: Path, peakguard: Run) -> None:
    filled(root)
    code, found = rows(peakguard, root, "ls")
    assert code == 0
    assert {(row["cache"], row["key"], row["rows"], row["form"], row["state"]) for row in found} == {
        ("bars", "('BTC/EUR', '1h')", 2, "polars", "fresh"),
        ("bars", "'other'", 1, "polars", "fresh"),
        ("quotes", "'a'", 1, "polars", "fresh"),
    }
    assert rows(peakguard, root, "ls", "quotes")[1] == [row for row in found if row["cache"] == "quotes"]
    first = next(row for row in found if row["key"] == "('BTC/EUR', '1h')")
    assert first["contract"] == "bars 2.1.0"
    for name in ("('BTC/EUR', '1h')", first["id"], first["id"][:5]):
        (row,) = rows(peakguard, root, "show", "bars", name)[1]
        assert row["columns"] == {"close": "double"}
        assert Path(row["path"]).is_file()
    text = peakguard("cache", "ls", cwd=root).stdout.splitlines()
    assert text[-1].startswith("3 values, ")
    assert "close: double" in peakguard("cache", "show", "bars", first["id"], cwd=root).stdout


def test_an_empty_cache(root: Path, peakguard: Run) -> None:
    assert peakguard("cache", "ls", cwd=root).stdout == "no values\n"
    assert rows(peakguard, root, "verify") == (0, [])
    assert peakguard("cache", "gc", cwd=root).returncode == 0
    assert not (root / ".peakguard" / "caches").exists()


def test_it_finds_what_is_damaged_and_takes_it_away(root: Path, peakguard: Run) -> None:
    cache = filled(root).cache("bars")
    assert rows(peakguard, root, "verify")[0] == 0
    assert rows(peakguard, root, "verify", "--deep")[0] == 0
    damaged = hurt(cache, "'other'").read_bytes()
    pointer = next(each for each in cache.entries() if each.meta["shown"] == "('BTC/EUR', '1h')")
    Path(cache.store.layout.pointer(pointer.key)).write_bytes(b"{}")
    code, found = rows(peakguard, root, "verify")
    assert code == 1
    assert sorted((row["cache"], row["state"]) for row in found) == [
        ("bars", "damaged"), ("bars", "damaged"), ("quotes", "whole"),
    ]  # fmt: skip # a table
    text = peakguard("cache", "verify", "bars", cwd=root)
    assert "2 values: 0 whole, 2 not" in text.stdout
    (row,) = rows(peakguard, root, "repair", "bars")[1]
    assert row["values"] == 2
    assert rows(peakguard, root, "verify")[0] == 0
    assert not cache.exists("other")
    evidence = [path.read_bytes() for path in (Path(cache.folder) / "quarantine").iterdir()]
    assert damaged in evidence
    assert rows(peakguard, root, "gc", "--evidence-older", "1h")[1][0]["evidence"] == 0
    assert rows(peakguard, root, "gc", "--evidence-older", "0s")[1][0]["evidence"] == 2


def test_long_work_tells_how_far_it_is(root: Path) -> None:
    policies = filled(root)
    both = [policies.cache(name) for name in ("bars", "quotes")]
    heard: dict[str, list[float]] = {"verify": [], "repair": [], "import": []}

    def hear(what: str) -> Any:
        return lambda done, total: heard[what].append(done / total)

    list(caches.verified(both, deep=True, on_progress=hear("verify")))
    caches.repaired(both, hear("repair"))
    (root / "old").mkdir()
    for name in ("a", "b"):
        GOOD.write_parquet(root / "old" / f"{name}.parquet")
    list(caches.imported(both[0], str(root / "old"), hear("import")))
    for shares in heard.values():
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
        assert len(shares) > 1


def test_a_deep_look_asks_the_contract_as_it_is_now(root: Path, peakguard: Run) -> None:
    filled(root)
    (root / "contracts" / "bars.yaml").write_text(CONTRACT.replace("gt: 0", "gt: 1"))
    assert rows(peakguard, root, "verify")[0] == 0
    code, found = rows(peakguard, root, "verify", "--deep")
    assert code == 1
    assert [row["state"] for row in found if row["cache"] == "bars"] == ["breaks its contract"] * 2


def test_it_forgets_values(root: Path, peakguard: Run) -> None:
    cache = filled(root).cache("bars")
    assert [row["key"] for row in rows(peakguard, root, "evict", "bars", "'other'")[1]] == ["'other'"]
    assert not cache.exists("other")
    assert peakguard("cache", "evict", "bars", cwd=root).returncode == 2
    assert len(rows(peakguard, root, "evict", "bars", "--all")[1]) == 1
    assert list(cache.entries()) == []


def test_it_takes_away_what_nobody_can_be_given(root: Path, peakguard: Run) -> None:
    cache = filled(root).cache("quotes")
    with pytest.raises(KeyError):
        cache.get_or_compute("b", lambda: os.environ["NOT_SET_ANYWHERE"])
    assert [row["form"] for row in rows(peakguard, root, "ls", "quotes")[1]] == ["error", "polars"]
    text = (root / "policies" / "caches.yaml").read_text()
    (root / "policies" / "caches.yaml").write_text(text.replace("ttl: 1h", "ttl: 1ms").replace("ttl: 5m", "ttl: 1ms"))
    time.sleep(0.01)
    old = time.time() - 7200
    for path in (Path(cache.folder) / "objects").iterdir():
        os.utime(path, (old, old))
    by_cache = {row["cache"]: row for row in rows(peakguard, root, "gc")[1]}
    assert (by_cache["quotes"]["expired"], by_cache["quotes"]["objects"]) == (2, 2)
    assert (by_cache["bars"]["expired"], by_cache["bars"]["objects"]) == (2, 0), "young objects may be named yet"


def test_it_takes_in_a_folder(root: Path, peakguard: Run) -> None:
    old = root / "old_cache"
    (old / "kraken").mkdir(parents=True)
    GOOD.to_pandas().to_parquet(old / "BTC_1h.parquet")
    GOOD.write_parquet(old / "kraken" / "ETH_1h.parquet")
    GOOD.with_columns(close=-1.0).write_parquet(old / "breaks.parquet")
    (old / "cut.parquet").write_bytes((old / "BTC_1h.parquet").read_bytes()[:-20])
    before = {path: path.read_bytes() for path in old.rglob("*.parquet")}
    code, found = rows(peakguard, root, "import", "bars", "old_cache")
    assert code == 1
    assert {row["key"]: bool(row["reason"]) for row in found} == {
        "BTC_1h": False, "breaks": True, "cut": True, "kraken/ETH_1h": False,
    }  # fmt: skip # a table
    assert {path: path.read_bytes() for path in old.rglob("*.parquet")} == before
    cache = package.load(root).cache("bars")
    assert cache.get("BTC_1h").equals(GOOD.to_pandas())
    assert cache.get("kraken/ETH_1h").equals(GOOD)
    assert "left out 2" in peakguard("cache", "import", "bars", "old_cache", cwd=root).stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ls", "bras"], "PG2005"),
        (["show", "bars", "'nothing'"], "PG2049"),
        (["evict", "bars", "abcd"], "PG2049"),
        (["import", "bars", "nowhere"], "PG2050"),
    ],
)
def test_what_is_not_there_is_one_clear_error(root: Path, peakguard: Run, arguments: list[str], code: str) -> None:
    filled(root)
    done = peakguard("cache", *arguments, cwd=root)
    assert done.returncode == 2
    assert code in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_of_something_else_is_one_clear_error(root: Path, peakguard: Run) -> None:
    (root / ".peakguard" / "caches" / "bars").mkdir(parents=True)
    (root / ".peakguard" / "caches" / "bars" / "mine.txt").write_text("mine")
    done = peakguard("cache", "ls", cwd=root)
    assert (done.returncode, "PG2043" in done.stderr) == (2, True)
