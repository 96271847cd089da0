"""Guards around functions that no one here wrote: with them and without, each does what it did."""

from __future__ import annotations

import asyncio
import csv
import functools
import importlib
import inspect
import io
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pandas as pd
import pandas.testing
import polars as pl
import pyarrow as pa
import pytest

import peakguard as package
from peakguard.runtime.errors import PeakguardError
from tests.functional.conftest import Project
from tests.functional.policies import SHOP

Call = Callable[[Any], Any]
FRAME = pl.DataFrame({"a": [2, 1], "b": ["x", "y"]})
PANDAS = pd.DataFrame({"a": [2, 1], "b": ["x", "y"]})
TABLE = pa.table({"a": [2, 1]})


def database(connect: Any) -> Any:
    with connect(":memory:") as connection:
        return connection.execute("select 1 + 1").fetchall()


async def gathered(wait: Any) -> Any:
    return await wait(asyncio.sleep(0, "slept"), 1)


def written(method: Any) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["a", "b"])
    method(writer, {"a": 1, "b": 2})
    return out.getvalue()


def kraken(method: str) -> Call:
    def call(function: Any) -> Any:
        ccxt: Any = importlib.import_module("ccxt")
        calls: dict[str, Callable[[], Any]] = {
            "safe_string": lambda: function({"a": 1.5}, "a"),
            "parse8601": lambda: ccxt.Exchange.parse8601("2026-01-02T03:04:05Z"),
            "milliseconds": lambda: isinstance(ccxt.kraken().milliseconds(), int),
            "parse_ohlcv": lambda: ccxt.kraken().parse_ohlcv([1, "2", "3", "1", "2", "0", "9"]),
            "sort_by": lambda: ccxt.kraken().sort_by([{"a": 2}, {"a": 1}], "a"),
        }
        return calls[method]()

    return call


TARGETS: dict[str, Call] = {
    "json:dumps": lambda f: f({"b": [1, None], "a": 2.5}, sort_keys=True, indent=1),
    "json:loads": lambda f: f('{"a": [1, 2.5, null]}', parse_float=str),
    "json.encoder:JSONEncoder.encode": lambda f: f(json.JSONEncoder(), [1, "x"]),
    "json.decoder:JSONDecoder.raw_decode": lambda f: f(json.JSONDecoder(), "[1] rest"),
    "csv:reader": lambda f: list(f(["a,b", "1,2"])),
    "csv:DictReader.__next__": lambda _: list(csv.DictReader(["a,b", "1,2"])),
    "csv:DictWriter.writerow": written,
    "csv:Sniffer.sniff": lambda f: f(csv.Sniffer(), "a;b\n1;2\n").delimiter,
    "urllib.parse:urlsplit": lambda f: f("https://u:p@h.example:81/p?q=1#f"),
    "urllib.parse:urlencode": lambda f: f({"a": [1, 2]}, doseq=True),
    "urllib.parse:quote": lambda f: f("a b/ü", safe=""),
    "urllib.request:Request.get_header": lambda _: _request(),
    "sqlite3:connect": database,
    "sqlite3.dbapi2:DateFromTicks": lambda f: f(0),
    "statistics:mean": lambda f: f(x for x in (1, 2, 4)),
    "statistics:quantiles": lambda f: f([1, 2, 3, 4, 5], n=4),
    "statistics:NormalDist.cdf": lambda _: _normal(),
    "statistics:NormalDist.mean": lambda _: _normal_mean(),
    "asyncio.tasks:wait_for": lambda f: asyncio.run(gathered(f)),
    "asyncio.runners:run": lambda f: f(asyncio.sleep(0, "slept")),
    "asyncio.queues:Queue.put": lambda _: asyncio.run(_queued()),
    "math:sqrt": lambda f: f(2.0),
    "math:fsum": lambda f: f([0.1] * 10),
    "bisect:bisect_left": lambda f: f([1, 3, 5], 4, hi=2),
    "operator:itemgetter.__call__": lambda _: None,
    "textwrap:fill": lambda f: f("some words to fill", width=8),
    "decimal:Decimal.sqrt": lambda _: None,
    "os.path:join": lambda f: f("a", "b", "c"),
    "functools:reduce": lambda f: f(lambda a, b: a + b, [1, 2, 3], 10),
    "contextlib:ExitStack.callback": lambda _: _stacked(),
    "heapq:merge": lambda f: list(f([1, 4], [2, 3], reverse=False)),
    "polars:from_dict": lambda f: f({"a": [1]}).to_dicts(),
    "polars:concat": lambda f: f([FRAME, FRAME]).to_dicts(),
    "polars:DataFrame.sort": lambda f: f(FRAME, "a").to_dicts(),
    "polars:DataFrame.filter": lambda f: f(FRAME, pl.col("a") > 1).to_dicts(),
    "polars:read_csv": lambda f: f(io.BytesIO(b"a,b\n1,2\n")).to_dicts(),
    "polars:DataFrame.shape": lambda _: FRAME.shape,
    "pyarrow:array": lambda f: f([1, None, 3], type=pa.int32()).to_pylist(),
    "pyarrow.compute:sum": lambda f: f(pa.array([1, 2])).as_py(),
    "pyarrow:concat_tables": lambda f: f([TABLE, TABLE]).to_pydict(),
    "pandas:merge": lambda f: f(PANDAS, PANDAS, on="a").to_dict("list"),
    "pandas:read_csv": lambda f: f(io.StringIO("a,b\n1,2\n"), dtype={"a": "float64"}).to_dict("list"),
    "pandas:DataFrame.sort_values": lambda f: f(PANDAS, "a").to_dict("list"),
    "pandas:concat": lambda f: f([PANDAS, PANDAS], ignore_index=True).to_dict("list"),
    "httpx:URL.join": lambda _: _joined(),
    "httpx:Headers.get": lambda _: _header(),
    "httpx:Client.build_request": lambda _: _built(),
    "httpx:Response.json": lambda _: _responded(),
    "ccxt:Exchange.safe_string": kraken("safe_string"),
    "ccxt:Exchange.parse8601": kraken("parse8601"),
    "ccxt:kraken.milliseconds": kraken("milliseconds"),
    "ccxt:kraken.parse_ohlcv": kraken("parse_ohlcv"),
    "ccxt:Exchange.sort_by": kraken("sort_by"),
}
REFUSED = ("operator:itemgetter.__call__", "decimal:Decimal.sqrt")
"""Methods of types written in C, whose attributes nobody can replace."""


def _request() -> Any:
    from urllib.request import Request

    return Request("http://localhost/", headers={"A": "b"}).get_header("A", "none")


def _normal() -> Any:
    from statistics import NormalDist

    return NormalDist(1, 2).cdf(3)


def _normal_mean() -> Any:
    from statistics import NormalDist

    return NormalDist(1, 2).mean


async def _queued() -> Any:
    queue: asyncio.Queue[int] = asyncio.Queue()
    await queue.put(7)
    return queue.get_nowait()


def _stacked() -> Any:
    from contextlib import ExitStack

    seen: list[Any] = []
    with ExitStack() as stack:
        stack.callback(seen.append, 1)
    return seen


def _joined() -> Any:
    import httpx

    return str(httpx.URL("https://h.example/a/").join("b"))


def _header() -> Any:
    import httpx

    return httpx.Headers({"A": "b"}).get("a", "none")


def _built() -> Any:
    import httpx

    with httpx.Client(base_url="https://h.example") as client:
        request = client.build_request("POST", "/x", json={"a": 1}, params={"p": 1})
    return request.method, str(request.url), request.content


def _responded() -> Any:
    import httpx

    return httpx.Response(200, json={"a": 1}).json()


def lying(target: str) -> tuple[Any, str, Any]:
    module, _, path = target.partition(":")
    *owners, name = path.split(".")
    owner = functools.reduce(getattr, owners, importlib.import_module(module))
    return owner, name, inspect.getattr_static(owner, name)


def test_there_are_at_least_thirty_of_eleven_packages() -> None:
    assert len(TARGETS) - len(REFUSED) >= 30
    packages = {target.partition(":")[0].partition(".")[0] for target in TARGETS}
    named = {
        "json",
        "csv",
        "urllib",
        "sqlite3",
        "statistics",
        "asyncio",
        "polars",
        "pyarrow",
        "pandas",
        "httpx",
        "ccxt",
    }
    assert named <= packages


@pytest.mark.parametrize("target", [target for target in TARGETS if target not in REFUSED])
def test_a_real_function_does_what_it_did(target: str, project: Project) -> None:
    owner, name, bare = lying(target)
    expected = TARGETS[target](getattr(owner, name))
    signature = _signature(owner, name)
    text = f"  - {{target: '{target}', trace: true, classify: true}}\n"
    head = "peakguard: 1\nkind: bindings\nname: real\nversion: 1.0.0\nbindings:\n"
    policies = package.load(project({"policies/real.yaml": head + text, "policies/errors.yaml": SHOP}))
    with policies.attached() as attachment, policies.run("real"):
        (row,) = attachment.report()
        assert row.state == "attached"
        assert lying(target)[2] is not bare
        guarded = getattr(owner, name)
        assert TARGETS[target](guarded) == expected
        assert _signature(owner, name) == signature
        if callable(guarded) and not inspect.ismethod(guarded):
            assert guarded.__doc__ == getattr(bare, "__doc__", None)
    assert lying(target)[2] is bare
    assert TARGETS[target](getattr(owner, name)) == expected


def _signature(owner: Any, name: str) -> Any:
    try:
        return inspect.signature(getattr(owner, name))
    except (TypeError, ValueError):
        return None


@pytest.mark.parametrize("target", REFUSED)
def test_a_method_written_in_c_is_refused_in_one_sentence(target: str, project: Project) -> None:
    head = "peakguard: 1\nkind: bindings\nname: real\nversion: 1.0.0\nbindings:\n"
    importlib.import_module(target.partition(":")[0])
    policies = package.load(project({"policies/real.yaml": f"{head}  - {{target: '{target}', trace: true}}\n"}))
    with pytest.raises(PeakguardError) as caught:
        policies.attach()
    assert caught.value.code == "PG2082"


SUITES = {
    "numpy.lib.tests.test_arraypad": ["numpy:pad", "numpy.lib._arraypad_impl:_as_pairs"],
    "pandas.tests.reshape.merge.test_merge_asof": [
        "pandas:merge_asof",
        "pandas.core.reshape.merge:_AsOfMerge.get_result",
    ],
}


# A suite of pandas takes half a minute.
@pytest.mark.parametrize(
    "suite", [pytest.param(each, marks=[pytest.mark.slow] if each.startswith("pandas") else []) for each in SUITES]
)
def test_the_tests_of_a_real_package_give_the_same_with_guards_on_it(suite: str, project: Project) -> None:
    head = "peakguard: 1\nkind: bindings\nname: real\nversion: 1.0.0\nmode: observe\nbindings:\n"
    lines = "".join(f"  - {{target: '{target}', trace: true, returns: string}}\n" for target in SUITES[suite])
    root = project({"policies/real.yaml": head + lines, "pytest.ini": "[pytest]\n"})
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--pyargs", suite]

    def counted(*more: str) -> str:
        result = subprocess.run([*words, *more], cwd=root, capture_output=True, text=True, check=False, timeout=500)
        return next(line for line in reversed(result.stdout.splitlines()) if " passed" in line).partition(" in ")[0]

    bare, guarded = counted(), counted("-p", "peakguard")
    assert guarded == bare
    assert "passed" in bare
