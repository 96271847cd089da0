"""What the text of a program tells about its boundaries."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from peakguard.adoption.draft import draft
from peakguard.adoption.modules import modules
from peakguard.adoption.scanning import scan


def sorts(text: str) -> list[tuple[str, str, str]]:
    return [(each.sort, each.function, each.parameter) for each in scan(text, "desk.py", "desk")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import pandas as pd\ndef f(p): return pd.read_csv(p)", [("reader", "f", "")]),
        ("from polars import scan_parquet as s\ndef f(p): return s(p)", [("reader", "f", "")]),
        ("import pyarrow.parquet as pq\ndef f(p): return pq.read_table(p)", [("reader", "f", "")]),
        ("def f(p): return open(p)", [("reader", "f", "")]),
        ("def f(p): return open(p, 'rb')", [("reader", "f", "")]),
        ("def f(p): return open(p, mode='w')", [("writer", "f", "p")]),
        ("def f(p): return p.open('a')", [("writer", "f", "p")]),
        ("def f(p): return open(file=p)", [("reader", "f", "")]),
        ("from pathlib import Path\ndef f(p, t): Path(p).write_text(t)", [("writer", "f", "p")]),
        ("def f(frame, p): frame.to_csv(p)", [("writer", "f", "p")]),
        ("def f(frame): return frame.to_json()", []),
        ("import pickle\ndef f(x, file): pickle.dump(x, file)", [("writer", "f", "")]),
        ("import requests\ndef f(u): return requests.get(u)", [("network", "f", "")]),
        ("import requests\ns = requests.Session()\ndef f(u): return s.get(u)", [("network", "f", "")]),
        ("import httpx\nclass C:\n def i(s): s.c = httpx.Client()\n def f(s): s.c.get()", [("network", "C.f", "")]),
        ("import httpx as h\nasync def f():\n async with h.AsyncClient() as c: await c.get(1)", [("network", "f", "")]),
        ("from urllib import request\ndef f(u): return request.urlopen(u)", [("network", "f", "")]),
        ("import ccxt\ndef f(): return ccxt.kraken().fetch_ohlcv('A')", [("network", "f", "")]),
        ("import json\nx = json.load(open('a'))", [("reader", "", ""), ("reader", "", "")]),
        ("def f():\n def g(): return open('a')\n return g", [("reader", "f", "")]),
        ("class A:\n class B:\n  def f(self): open('a')", [("reader", "A.B.f", "")]),
        ("def open(p): return p\ndef f(p): return opens(p)", []),
        ("import requests\ndef f(): raise requests.exceptions.Timeout()", []),
    ],
)  # fmt: skip # a line a case
def test_calls_are_known_by_what_they_name(text: str, found: list[tuple[str, str, str]]) -> None:
    assert sorts(text) == found


@pytest.mark.parametrize(
    ("handler", "swallows"),
    [
        ("except: pass", True),
        ("except Exception: ...", True),
        ("except (OSError, Exception): return None", True),
        ("except BaseException as e: return []", True),
        ("except Exception: x = None", True),
        ("except Exception: continue", True),
        ("except OSError: pass", False),
        ("except Exception: raise", False),
        ("except Exception as e: log(e)", False),
        ("except Exception: return fallback()", False),
    ],
)
def test_a_handler_swallows_where_it_takes_everything_and_does_nothing(handler: str, swallows: bool) -> None:
    text = f"def f():\n while True:\n  try: g()\n  {handler}\n"
    ast.parse(text)
    assert [sort for sort, _, _ in sorts(text)] == ["silence"] * swallows


def test_modules_are_named_as_they_are_imported(tmp_path: Path) -> None:
    for name in ("src/app/__init__.py", "src/app/data.py", "tools/run.py", ".venv/x.py", "env/pyvenv.cfg", "env/y.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "src/app/test_data.py").touch()
    found = {each.module: each.is_test for each in modules(str(tmp_path))}
    assert found == {"app": False, "app.data": False, "app.test_data": True, "tools.run": False}
    rooted = {each.module for each in modules(str(tmp_path), [str(tmp_path / "tools")])}
    assert "run" in rooted


def test_a_draft_names_each_function_once() -> None:
    text = "import requests\ndef f(p):\n requests.get('/')\n open(p, 'w')\n open('a')\nopen('module level')\n"
    assert draft(scan(text, "desk.py", "desk")).count("target:") == 1
    assert draft(scan("open('a')", "desk.py", "desk")) == ""
