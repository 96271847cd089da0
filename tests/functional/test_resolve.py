"""`check --resolve` and `show BINDING --resolve`: bindings held against the program, which only these import."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from peakguard.api import resolve
from peakguard.pipeline.project import find_project
from tests.functional.conftest import Project, Run
from tests.functional.policies import RESILIENCE

HEAD = "peakguard: 1\nkind: bindings\nname: program\nversion: 1.0.0\nbindings:\n"
CONTRACT = "peakguard: 1\nkind: contract\nname: bars\nversion: 1.0.0\ncolumns: {close: float64}\n"
DATA = """\
import functools
from pathlib import Path
Path(__file__).with_name("imported").touch()
print("words of the program")

def load(symbol, limit=10):
    return symbol

def quiet(function):
    @functools.wraps(function)
    def inside(*args):
        return function(*args)
    return inside

@quiet
async def fetch(symbol):
    return symbol

def stream(symbol):
    yield symbol

class Desk:
    def buy(self, price):
        return price

limit = 3
"""
Found = Callable[..., list[tuple[str, int]]]


@pytest.fixture
def found(project: Project, peakguard: Run) -> Found:
    """The codes and lines that `check --resolve` reports of bindings of a text, beside files of a program."""

    def run(bindings: str, policy: str | None = None, **files: str) -> list[tuple[str, int]]:
        program = {f"src/{name}.py": text for name, text in {"desk_data": DATA, **files}.items()}
        settings = {"pyproject.toml": '[tool.peakguard]\npython_path = ["src"]\n'}
        policies = {"policies/program.yaml": HEAD + bindings}
        if policy is not None:
            policies["policies/providers.yaml"] = policy
        root = project({**policies, **program, **settings})
        done = peakguard("check", "--resolve", "--format", "json", cwd=root)
        return [(each["code"], each["line"]) for each in json.loads(done.stdout)["diagnostics"]]

    return run


def test_targets_that_are_what_they_say_are_no_finding(found: Found) -> None:
    assert (
        found(
            "  - {target: 'desk_data:load', arguments: {symbol: string}, returns: string}\n"
            "  - {target: 'desk_data:stream', yields: string}\n"
            "  - {target: 'desk_data:Desk.buy', arguments: {price: float64}}\n"
        )
        == []
    )


@pytest.mark.parametrize(
    ("binding", "code"),
    [
        ("{target: 'desk_dta:load', trace: true}", "PG2081"),
        ("{target: 'desk_data:laod', trace: true}", "PG2081"),
        ("{target: 'desk_data:Desk.sell', trace: true}", "PG2081"),
        ("{target: 'desk_data:Desk', trace: true}", "PG2082"),
        ("{target: 'desk_data:limit', trace: true}", "PG2082"),
        ("{target: 'desk_data:stream', returns: string}", "PG2082"),
        ("{target: 'desk_data:load', yields: string}", "PG2082"),
        ("{target: 'desk_data:load', arguments: {symbl: string}}", "PG2083"),
        ("{target: 'desk_data:load', classify: {context: {of: args.account}}, trace: true}", "PG2083"),
        ("{target: 'desk_data:fetch', returns: string}", "PG707"),
        ("{target: 'broken:load', trace: true}", "PG705"),
        ("{target: 'leaves:load', trace: true}", "PG705"),
    ],
)  # fmt: skip # a line a case
def test_a_target_that_is_not_what_it_says_is_named_where_it_is_written(binding: str, code: str, found: Found) -> None:
    files = {"broken": "import json\njson.loads('')\n", "leaves": "import sys\nsys.exit(3)\n"}
    rest = found(f"  - {{target: 'desk_data:Desk.buy', trace: true}}\n  - {binding}\n", **files)
    assert [(each, line) for each, line in rest if each != "PG704"] == [(code, 7)]


def test_a_function_that_two_names_bind_is_named(found: Found) -> None:
    text = "  - {target: 'desk_data:load', trace: true}\n  - {target: 'desk_front:load', trace: true}\n"
    assert found(text, desk_front="from desk_data import load\n") == [("PG706", 7)]


@pytest.mark.parametrize("text", ["import os\nos._exit(9)\n", "import ctypes\nctypes.string_at(0)\n"])
def test_a_program_that_ends_the_process_is_one_finding(text: str, found: Found) -> None:
    assert [code for code, _ in found("  - {target: 'ends:load', trace: true}\n", ends=text)] == ["PG708"]


def test_a_program_that_waits_is_given_up(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    bindings = HEAD + "  - {target: 'waits:load', trace: true}\n"
    root = project({"policies/program.yaml": bindings, "waits.py": "import threading\nthreading.Event().wait()\n"})
    monkeypatch.setattr(resolve, "TIMEOUT", 2.0)
    assert [each.code for each in resolve.resolve(find_project(str(root)))] == ["PG708"]


def test_contracts_that_nothing_binds_are_a_remark(project: Project, peakguard: Run) -> None:
    bindings = HEAD + "  - {target: 'json:loads', trace: true}\n"
    root = project({"policies/program.yaml": bindings, "contracts/bars.yaml": CONTRACT})
    done = peakguard("check", "--resolve", "--strict", "--format", "json", cwd=root)
    assert done.returncode == 0
    assert [each["code"] for each in json.loads(done.stdout)["diagnostics"]] == ["PG709"]


def test_policies_that_nothing_binds_are_named(project: Project, peakguard: Run) -> None:
    resilience = "peakguard: 1\nkind: resilience\nname: providers\nversion: 1.0.0\npolicies:\n" + "".join(
        f"  {name}: {{timeout: {{total: 9s}}, {more}}}\n"
        for name, more in {"bound": "calls: [inner]", "inner": "", "loose": ""}.items()
    ).replace(", }", "}")
    bindings = HEAD + "  - {target: 'desk_data:load', resilience: bound}\n"
    files = {"policies/program.yaml": bindings, "policies/resilience.yaml": resilience, "desk_data.py": DATA}
    root = project(files)
    done = peakguard("check", "--resolve", "--strict", "--format", "json", cwd=root)
    assert done.returncode == 0
    found = json.loads(done.stdout)["diagnostics"]
    assert [(each["code"], each["data"]) for each in found] == [("PG815", {"name": "loose"})]


STAND_INS = """\
async def fetch(symbol, *, limit=10):
    return symbol

def load(symbol, *, limit=10):
    return symbol

def latest(symbol, **options):
    return symbol

async def later(symbol, limit=0):
    return symbol

def alone():
    return 7

def is_empty(result):
    return not result

constant = 7
"""
POLICY = RESILIENCE + "  kraken: {%s}\n"
RETRY = "idempotent: true, timeout: {total: 9s}, retry: {max_attempts: 2, on: [OSError], result: '%s'}"


@pytest.mark.parametrize(
    ("target", "policy", "codes"),
    [
        ("load", "fallback: {call: 'stand_ins:latest'}", []),
        ("fetch", "fallback: {call: 'stand_ins:latest'}", []),
        ("fetch", "fallback: {call: 'stand_ins:fetch'}", []),
        ("load", "fallback: {call: 'stand_ins:lately'}", ["PG821"]),
        ("load", "fallback: {call: 'no_such_module:latest'}", ["PG821"]),
        ("load", "fallback: {call: 'stand_ins:constant'}", ["PG821"]),
        ("load", "fallback: {call: 'stand_ins:alone'}", ["PG822"]),
        ("load", "fallback: {call: 'stand_ins:is_empty'}", ["PG822"]),
        ("load", "fallback: {call: 'stand_ins:later'}", ["PG822"]),
        ("load", RETRY % "stand_ins:is_empty", []),
        ("load", RETRY % "stand_ins:alone", ["PG822"]),
        ("load", RETRY % "stand_ins:is_emty", ["PG821"]),
        ("load", "timeout: {attempt: 5s, mode: thread}", []),
        ("fetch", "timeout: {attempt: 5s, mode: thread}", ["PG823"]),
    ],
)
def test_what_a_resilience_policy_names_fits_the_function_it_is_around(
    found: Found, target: str, policy: str, codes: list[str]
) -> None:
    bindings = f"  - {{target: 'stand_ins:{target}', resilience: kraken}}\n"
    done = found(bindings, stand_ins=STAND_INS, policy=POLICY % policy)
    assert done == [(code, 6) for code in codes]


DESK = """\
import feed
from feed import quotes as prices

def order(symbol):
    return collect(symbol)

def collect(symbol):
    return [price(symbol) for _ in range(2)]

def price(symbol):
    return prices(symbol)

class Desk:
    def buy(self, symbol):
        return self.fill(symbol)

    def fill(self, symbol):
        return feed.quotes(symbol)

def alone(symbol):
    return symbol
"""
CHAINED = RESILIENCE + (
    "  desk: {idempotent: true, timeout: {total: 9s}, retry: {max_attempts: 3, on: [OSError]}}\n"
    "  feed: {idempotent: true, timeout: {total: 9s}, retry: {max_attempts: 4, on: [OSError]}}\n"
)


@pytest.mark.parametrize(
    ("target", "codes"), [("order", ["PG813"]), ("Desk.buy", ["PG813"]), ("price", ["PG813"]), ("alone", [])]
)
def test_attempts_multiply_where_one_target_calls_another(found: Found, target: str, codes: list[str]) -> None:
    bindings = f"  - {{target: 'desk:{target}', resilience: desk}}\n  - {{target: 'feed:quotes', resilience: feed}}\n"
    program = {"desk": DESK, "feed": "def quotes(symbol):\n    return 7\n"}
    assert found(bindings, policy=CHAINED, **program) == [(code, 6) for code in codes]
    declared = CHAINED.replace("desk: {", "desk: {calls: [feed], ")
    assert found(bindings, policy=declared, **program) == [("PG813", 6)]  # by `check` itself, and once


def test_only_resolving_imports_the_program(project: Project, peakguard: Run) -> None:
    bindings = HEAD + "  - {target: 'desk_data:load', trace: true}\n"
    root = Path(project({"policies/program.yaml": bindings, "desk_data.py": DATA}))
    for command in (("check",), ("show", "program"), ("show", "desk_data:load")):
        assert peakguard(*command, cwd=root).returncode == 0
    assert not (root / "imported").exists()
    done = peakguard("show", "desk_data:load", "--resolve", cwd=root)
    assert (root / "imported").exists()
    assert "def wrapper(symbol, limit=" in done.stdout


def test_policies_with_errors_are_not_held_against_the_program(project: Project, peakguard: Run) -> None:
    root = Path(project({"policies/program.yaml": HEAD + "  - {target: 'desk_data:load'}\n", "desk_data.py": DATA}))
    done = peakguard("check", "--resolve", cwd=root)
    assert done.returncode == 1
    assert "not looked at" in done.stderr
    assert not (root / "imported").exists()


def test_the_order_in_which_a_call_passes_its_guard(project: Project, peakguard: Run) -> None:
    bindings = HEAD + (
        "  - target: desk_data:load\n    writes: {path: args.symbol}\n    classify: true\n    ensure: 'limit > 0'\n"
        "    returns: {type: string, matches: '[A-Z]+'}\n    trace: true\n"
        "    arguments: {limit: {type: int64, ge: 1}}\n"
    )
    root = project({"policies/program.yaml": bindings, "desk_data.py": DATA, "contracts/bars.yaml": CONTRACT})
    done = peakguard("show", "desk_data:load", "--resolve", "--format", "json", cwd=root)
    (guard,) = json.loads(done.stdout)["guards"]
    layers = {layer["place"]: [each["id"] for each in layer["does"]] for layer in guard["layers"]}
    assert layers == {
        "trace": ["trace"],
        "arguments": ["arguments.limit.type", "arguments.limit.ge"],
        "result": ["returns.type", "returns.matches", "ensure.it"],
        "classify": ["classify"],
        "writes": ["writes"],
    }
    assert [each.partition(":")[0] for each in guard["form"]["layers"]] == list(layers)
    assert (guard["form"]["signature"], guard["form"]["flavour"]) == ("(symbol, limit=10)", "plain")
