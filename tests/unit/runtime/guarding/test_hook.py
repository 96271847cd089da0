from __future__ import annotations

import importlib
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from peakguard.runtime.guarding.hook import Listener, listen, stop_listening


def hearing(names: set[str], heard: list[str], word: str) -> Listener:
    def on_import(module: ModuleType) -> None:
        heard.append(f"{word} {module.__name__}")

    return Listener(lambda name, _: name in names, on_import)


def test_every_listener_hears_of_its_modules_once_each_time_they_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "heard_of.py").write_text("import heard_too\n")
    (tmp_path / "heard_too.py").write_text("value = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    heard: list[str] = []
    # So many that asking each other in turn would never end.
    listeners = [hearing({"heard_of"}, heard, str(number)) for number in range(30)]
    both = hearing({"heard_of", "heard_too"}, heard, "both")
    before = list(sys.meta_path)
    for listener in (*listeners, both):
        listen(listener)
    try:
        importlib.reload(importlib.import_module("heard_of"))
    finally:
        for listener in (*listeners, both):
            stop_listening(listener)
        for name in ("heard_of", "heard_too"):
            sys.modules.pop(name, None)
    counts = Counter(heard)
    assert counts == {**{f"{number} heard_of": 2 for number in range(30)}, "both heard_of": 2, "both heard_too": 1}
    assert heard[0] == "both heard_too"
    assert sys.meta_path == before


def test_who_hears_may_end_an_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ended.py").write_text("value = 1\n")
    monkeypatch.syspath_prepend(tmp_path)

    def refuse(_: ModuleType) -> None:
        raise LookupError("no")

    listener = Listener(lambda name, _: name == "ended", refuse)
    listen(listener)
    try:
        with pytest.raises(LookupError):
            importlib.import_module("ended")
        assert "ended" not in sys.modules
    finally:
        stop_listening(listener)
