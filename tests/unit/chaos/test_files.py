"""The files of a program are before each run as the first found them."""

from __future__ import annotations

from pathlib import Path

from peakguard.api.chaos_files import Kept, digests


def test_files_are_put_back_and_new_ones_go(tmp_path: Path) -> None:
    root, copies = tmp_path / "project", tmp_path / "copies"
    (root / "out").mkdir(parents=True)
    (root / "out" / "a.json").write_text("old")
    (root / "out" / "b.json").write_text("gone later")
    (root / "state" / "deep").mkdir(parents=True)
    (root / "state" / "deep" / ".hidden").write_text("1")
    (root / "mine.txt").write_text("not asked for")
    patterns = ["out/*.json", "state"]
    before = digests(str(root), patterns)
    assert sorted(before) == ["out/a.json", "out/b.json", "state/deep/.hidden"]
    kept = Kept(str(root), patterns, str(copies))
    for _ in range(2):
        (root / "out" / "a.json").write_text("new")
        (root / "out" / "b.json").unlink()
        (root / "out" / "c.json").write_text("extra")
        (root / "state" / "deep" / ".hidden").write_text("2")
        (root / "mine.txt").write_text("changed")
        kept.restore()
        assert digests(str(root), patterns) == before
    assert (root / "mine.txt").read_text() == "changed"
    assert (root / "out" / "a.json").read_text() == "old"
