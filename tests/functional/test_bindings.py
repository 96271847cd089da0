"""Bindings around a program that knows nothing of them: each layer, each mode, each way to put them on."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import peakguard as package
from peakguard.runtime.context import current
from peakguard.runtime.errors import ContractViolation, PeakguardError
from peakguard.runtime.events import Event, subscribe
from peakguard.runtime.policy_set import PolicySet
from tests.functional.conftest import Project
from tests.functional.policies import SHOP

HEAD = "peakguard: 1\nkind: bindings\nname: program\nversion: 1.0.0\nbindings:\n"
BARS = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns:
  symbol: string
  close: {type: float64, gt: 0}
"""
DESK = """\
import random
from dataclasses import dataclass, field

@dataclass
class Fill:
    price: float

class Desk:
    def __init__(self):
        self.cash = 10.0
        self.fills = [Fill(1.0)]
        self.book = None
    def buy(self, price):
        self.cash -= price
        self.fills.append(Fill(price))
        return self.cash

def load(frame, symbol="ACME"):
    if symbol == "NONE":
        raise KeyError(symbol)
    return frame

def scale(amount, factor=2):
    return amount * factor

def spans():
    from peakguard.runtime.context import current
    return current()

async def waits(amount):
    return amount

def items(count):
    for number in range(count):
        yield number - 1

def save(path, text, fails=False):
    with open(path, "w") as file:
        file.write(text[:3])
        if fails:
            raise OSError("disk full")
        file.write(text[3:])
    return path
"""
Load = Callable[..., PolicySet]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The program, importable as `desk`, and forgotten afterwards."""
    (tmp_path / "desk.py").write_text(DESK)
    (tmp_path / "user.py").write_text("from desk import scale\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("desk")
    for name in ("desk", "user", "twin.desk", "twin"):
        sys.modules.pop(name, None)


@pytest.fixture
def bound(project: Project) -> Iterator[Load]:
    """Policies with bindings of this text."""
    made: list[PolicySet] = []

    def load(text: str, errors: str = SHOP) -> PolicySet:
        root = project(
            {"policies/program.yaml": HEAD + text, "contracts/bars.yaml": BARS, "policies/errors.yaml": errors}
        )
        made.append(package.load(root))
        return made[-1]

    yield load
    for policies in made:
        policies.detach()


@pytest.fixture
def events() -> Iterator[list[Event]]:
    heard: list[Event] = []
    stop = subscribe(heard.append)
    yield heard
    stop()


GOOD: dict[str, list[Any]] = {"symbol": ["A", "B"], "close": [1.0, 2.0]}
BAD: dict[str, list[Any]] = {"symbol": ["A", "B"], "close": [1.0, -2.0]}
FRAMES: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "polars": pl.DataFrame,
    "pandas": pd.DataFrame,
    "arrow": pa.table,
}


@pytest.mark.parametrize("library", FRAMES)
@pytest.mark.parametrize("part", ["returns: {contract: bars}", "arguments: {frame: {contract: bars}}"])
def test_frames_are_held_to_a_contract_and_stay_what_they_were(library: str, part: str, desk: Any, bound: Load) -> None:
    make = FRAMES[library]
    with bound(f"  - {{target: 'desk:load', {part}}}\n").attached():
        result = desk.load(make(GOOD))
        assert type(result) is type(make(GOOD))
        assert pl.DataFrame(result).equals(pl.DataFrame(GOOD))
        with pytest.raises(ContractViolation) as caught:
            desk.load(make(BAD))
    assert [each.rule for each in caught.value.violations] == ["columns.close.gt"]


def test_what_is_no_frame_is_refused_where_a_contract_is_asked(desk: Any, bound: Load) -> None:
    with bound("  - {target: 'desk:load', returns: {contract: bars}}\n").attached():
        with pytest.raises(PeakguardError) as caught:
            desk.load([1, 2])
        assert caught.value.code == "PG2006"
        with pytest.raises(PeakguardError):
            desk.load(None)


def test_a_frame_may_be_missing_where_the_binding_says_so(desk: Any, bound: Load) -> None:
    with bound("  - {target: 'desk:load', returns: {contract: bars, nullable: true}}\n").attached():
        assert desk.load(None) is None


@pytest.mark.parametrize(
    ("binding", "call", "rule"),
    [
        ("arguments: {amount: {type: int64, ge: 1}}", lambda desk: desk.scale(0), "arguments.amount.ge"),
        ("arguments: {amount: int64}", lambda desk: desk.scale("x"), "arguments.amount.type"),
        ("arguments: {amount: int64}", lambda desk: desk.scale(1.5), "arguments.amount.type"),
        ("arguments: {amount: int64}", lambda desk: desk.scale(True), "arguments.amount.type"),
        ("arguments: {amount: int64}", lambda desk: desk.scale(None), "arguments.amount.type"),
        ("arguments: {amount: float64}", lambda desk: desk.scale(float("nan")), "arguments.amount.type"),
        ("arguments: {factor: {type: int64, lt: 9}}", lambda desk: desk.scale(1, factor=9), "arguments.factor.lt"),
        ("arguments: {factor: {type: int64, lt: 2}}", lambda desk: desk.scale(1), "arguments.factor.lt"),
        (
            "arguments: {amount: {type: string, values: [a, b]}}",
            lambda desk: desk.scale("c"),
            "arguments.amount.values",
        ),
        ("arguments: {amount: {type: enum, values: [a, b]}}", lambda desk: desk.scale("c"), "arguments.amount.type"),
        ("arguments: {amount: {type: string, matches: '[a-z]+'}}", lambda d: d.scale("C"), "arguments.amount.matches"),
        ("arguments: {amount: {list: int64}}", lambda desk: desk.scale([1, "x"]), "arguments.amount.type"),
        (
            "arguments: {amount: int64, factor: int64}, require: {less: amount < factor}",
            lambda desk: desk.scale(3),
            "require.less",
        ),
        ("returns: {type: int64, le: 10}", lambda desk: desk.scale(6), "returns.le"),
        ("returns: {type: int64}", lambda desk: desk.scale("x"), "returns.type"),
        ("arguments: {amount: int64}, returns: int64, ensure: result > amount", lambda d: d.scale(-1), "ensure.it"),
    ],
)
def test_a_broken_demand_is_named(binding: str, call: Callable[[Any], Any], rule: str, desk: Any, bound: Load) -> None:
    with bound(f"  - {{target: 'desk:scale', {binding}}}\n").attached(), pytest.raises(PeakguardError) as caught:
        call(desk)
    assert caught.value.code == "PG2085"
    assert caught.value.context["rule"] == rule
    assert caught.value.context["origin"] == "policies/program.yaml:6"


@pytest.mark.parametrize("number", [2, pd.Series([2]).iloc[0], pl.Series([2])[0], pa.scalar(2).as_py()])
def test_numbers_of_any_library_are_numbers(number: Any, desk: Any, bound: Load) -> None:
    with bound("  - {target: 'desk:scale', arguments: {amount: {type: int64, ge: 1}}}\n").attached():
        assert desk.scale(number) == 4


def test_a_demand_may_name_a_code_of_the_catalog(desk: Any, bound: Load) -> None:
    policies = bound("  - {target: 'desk:scale', arguments: {amount: {type: int64, ge: 1, error: SH-1002}}}\n")
    with policies.attached(), pytest.raises(ValueError, match="SH-1002") as caught:
        desk.scale(0)
    assert isinstance(caught.value, policies.errors["SH-1002"])


def test_values_of_the_object_are_read_after_the_call(desk: Any, bound: Load) -> None:
    reads = "reads: {cash: {path: self.cash, type: float64}, prices: {path: 'self.fills[*].price', list: float64}}"
    ensure = "ensure: {solvent: 'cash >= 0', sane: 'all(p > 0 for p in prices)'}"
    with bound(f"  - {{target: 'desk:Desk.buy', {reads}, {ensure}}}\n").attached():
        book = desk.Desk()
        assert book.buy(4.0) == 6.0
        for price, rule in ((7.0, "ensure.solvent"), (-1.0, "ensure.sane")):
            with pytest.raises(PeakguardError) as caught:
                desk.Desk().buy(price) if rule == "ensure.sane" else book.buy(price)
            assert caught.value.context["rule"] == rule


def test_a_path_that_leads_nowhere_is_one_error_and_costs_no_result_where_it_only_observes(
    desk: Any, bound: Load, events: list[Event], capsys: pytest.CaptureFixture[str]
) -> None:
    text = "  - {{target: 'desk:Desk.buy', {}reads: {{c: {{path: self.book.cash, type: float64}}}}, ensure: c > 0}}\n"
    with bound(text.format("")).attached(), pytest.raises(PeakguardError) as caught:
        desk.Desk().buy(1.0)
    assert caught.value.code == "PG2084"
    with bound(text.format("mode: observe, ")).attached():
        assert [desk.Desk().buy(1.0) for _ in range(3)] == [9.0] * 3
    assert [event.name for event in events] == ["guard_failed"]
    assert capsys.readouterr().err.count("PG2084") == 1


@pytest.mark.parametrize("appended", ["true", "false"])
def test_a_demand_on_all_elements_of_a_list(appended: str, desk: Any, bound: Load) -> None:
    paid = f"{{path: 'self.fills[*].price', fold: sum, appended: {appended}, type: float64}}"
    text = f"  - {{target: 'desk:Desk.buy', reads: {{paid: {paid}}}, ensure: 'paid <= 3.5'}}\n"
    with bound(text).attached():
        first, second = desk.Desk(), desk.Desk()
        assert [each.buy(1.0) for _ in range(2) for each in (first, second)] == [9.0, 9.0, 8.0, 8.0]
        with pytest.raises(PeakguardError) as caught:
            first.buy(1.0)
        assert caught.value.context["paid"] == 4.0
        second.fills = []
        assert second.buy(1.0) == 7.0
        second.fills.append(desk.Fill("much"))
        with pytest.raises(PeakguardError) as caught:
            second.buy(1.0)
        assert caught.value.context["rule"] == "reads.paid"


def test_a_foreign_exception_stays_what_it_is_and_gets_a_code(desk: Any, bound: Load) -> None:
    policies = bound("  - {target: 'desk:load', classify: {context: {symbol: args.symbol}}}\n")
    with policies.attached(), pytest.raises(KeyError) as caught:
        desk.load(None, symbol="NONE")
    assert caught.value.peakguard.definition.code == "SH-1001"  # type: ignore[attr-defined] # put there by us
    assert "Look NONE up" in caught.value.__notes__[0]


def test_a_classified_error_tells_of_the_path_that_the_caller_gave(desk: Any, bound: Load, tmp_path: Path) -> None:
    text = "  - {target: 'desk:save', writes: {path: args.path}, classify: {context: {symbol: args.path}}}\n"
    errors = SHOP.replace("builtins:KeyError", "builtins:OSError")
    assert errors != SHOP
    path = str(tmp_path / "out.txt")
    with bound(text, errors).attached(), pytest.raises(OSError, match="disk full") as caught:
        desk.save(path, "first", fails=True)
    assert caught.value.peakguard.context["symbol"] == path  # type: ignore[attr-defined] # put there by us


def test_the_operators_words_for_a_rule_stand_in_the_error(project: Project) -> None:
    rules = "rules: {small: {expr: close < 5, message: No share of ours costs that much.}}\n"
    root = project({"contracts/bars.yaml": BARS + rules})
    with pytest.raises(ContractViolation, match="No share of ours costs that much: 1 row, first row 1"):
        package.load(root).contract("bars").validate(pl.DataFrame({"symbol": ["A", "B"], "close": [1.0, 9.0]}))


def test_a_call_has_a_span_of_its_own(desk: Any, bound: Load) -> None:
    policies = bound("  - {target: 'desk:spans', trace: {name: spanning}}\n")
    with policies.attached(), policies.run("whole") as run:
        inside = desk.spans()
        assert (inside.name, inside.parent_span_id) == ("spanning", run.span_id)
        here = current()
        assert here is not None
        assert here.span_id == run.span_id


def test_the_span_of_a_generator_is_not_that_of_who_iterates(desk: Any, bound: Load) -> None:
    policies = bound("  - {target: 'desk:items', trace: true}\n")
    with policies.attached(), policies.run("whole") as run:
        names = []
        for _ in desk.items(2):
            here = current()
            names.append(here.span_id if here is not None else None)
        assert names == [run.span_id] * 2


def test_every_item_of_a_generator_is_asked(desk: Any, bound: Load) -> None:
    with bound("  - {target: 'desk:items', yields: {type: int64, ge: 0}}\n").attached():
        with pytest.raises(PeakguardError) as caught:
            list(desk.items(3))
        assert caught.value.context["rule"] == "yields.ge"


def test_a_coroutine_is_asked_when_it_is_awaited(desk: Any, bound: Load) -> None:
    with bound("  - {target: 'desk:waits', arguments: {amount: int64}, returns: {type: int64, ge: 0}}\n").attached():
        assert asyncio.run(desk.waits(3)) == 3
        coroutine = desk.waits("x")
        with pytest.raises(PeakguardError):
            asyncio.run(coroutine)
        with pytest.raises(PeakguardError):
            asyncio.run(desk.waits(-1))


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_is_whole_or_not_there(kind: Callable[[str], Any], desk: Any, bound: Load, tmp_path: Path) -> None:
    path = kind(str(tmp_path / "out.txt"))
    with bound("  - {target: 'desk:save', writes: {path: args.path}}\n").attached():
        with pytest.raises(OSError, match="disk full"):
            desk.save(path, "first", fails=True)
        assert not (tmp_path / "out.txt").exists()
        assert desk.save(path, "second") == path
        (tmp_path / "out.txt").chmod(0o600)
        desk.save(path, "second")
        assert (tmp_path / "out.txt").stat().st_mode & 0o777 == 0o600
        with pytest.raises(OSError, match="disk full"):
            desk.save(path, "third", fails=True)
        assert (tmp_path / "out.txt").read_text() == "second"
        assert [each.name for each in tmp_path.iterdir() if "out" in each.name] == ["out.txt"]


def test_a_file_in_a_folder_that_is_not_there_fails_as_it_did(desk: Any, bound: Load, tmp_path: Path) -> None:
    with bound("  - {target: 'desk:save', writes: {path: args.path}}\n").attached():
        with pytest.raises(FileNotFoundError):
            desk.save(str(tmp_path / "gone" / "out.txt"), "first")
        assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize("critical", [True, False])
def test_a_file_that_cannot_be_made_whole_is_said_and_refused_where_that_is_critical(
    critical: bool, desk: Any, bound: Load, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"saves-{critical}".lower()
    text = (
        f"  - {{target: 'desk:save', name: {name}, critical: {str(critical).lower()}, writes: {{path: args.path}}}}\n"
    )
    descriptor = os.open(tmp_path / "out.txt", os.O_WRONLY | os.O_CREAT)  # which the function closes
    with bound(text).attached():
        if critical:
            with pytest.raises(PeakguardError) as caught:
                desk.save(descriptor, "text")
            assert caught.value.code == "PG2086"
            os.close(descriptor)
        else:
            desk.save(descriptor, "text")
            assert "PG2086" in capsys.readouterr().err
            assert (tmp_path / "out.txt").read_text() == "text"


def test_what_only_observes_reports_and_changes_nothing(desk: Any, bound: Load, events: list[Event]) -> None:
    text = "  - {target: 'desk:scale', mode: observe, arguments: {amount: {type: int64, ge: 1}}, returns: string}\n"
    with bound(text).attached():
        assert desk.scale(0) == 0
    assert [(event.name, event.fields["rule"], event.fields["enforced"]) for event in events] == [
        ("call_refused", "arguments.amount.ge", False),
        ("call_refused", "returns.type", False),
    ]


def test_a_frame_that_is_only_observed_goes_on_as_it_is(desk: Any, bound: Load) -> None:
    frame = pl.DataFrame(BAD)
    with bound("  - {target: 'desk:load', mode: observe, returns: {contract: bars}}\n").attached():
        assert desk.load(frame) is frame


def test_a_stream_that_is_only_observed_is_not_read(desk: Any, bound: Load, events: list[Event]) -> None:
    stream = pa.table(GOOD).to_reader()
    with bound("  - {target: 'desk:load', name: streams, mode: observe, returns: {contract: bars}}\n").attached():
        assert desk.load(stream).read_all().num_rows == 2
    assert [event.name for event in events] == ["guard_failed"]


@pytest.mark.parametrize("critical", [True, False])
def test_a_fault_of_ours_stops_the_call_only_where_that_is_critical(
    critical: bool, desk: Any, bound: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from peakguard.kinds.contract.runtime import Contract

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(Contract, "validate", broken)
    name = f"critical-{critical}".lower()
    text = (
        f"  - {{target: 'desk:load', name: {name}, critical: {str(critical).lower()}, returns: {{contract: bars}}}}\n"
    )
    with bound(text).attached():
        if critical:
            with pytest.raises(PeakguardError) as caught:
                desk.load(1)
            assert caught.value.code == "PG2086"
            assert isinstance(caught.value.__cause__, ZeroDivisionError)
        else:
            assert [desk.load(1) for _ in range(3)] == [1] * 3
            assert capsys.readouterr().err.count("PG2086") == 1


@pytest.mark.parametrize(
    ("own", "given", "variable", "holds"),
    [
        ("enforce", None, None, "enforce"),
        ("enforce", "observe", None, "observe"),
        ("observe", "enforce", "enforce", "observe"),
        ("enforce", None, "observe", "observe"),
        ("enforce", "observe", "off", "off"),
        ("off", "enforce", "enforce", "off"),
    ],
)
def test_the_weakest_mode_holds(
    own: str, given: str | None, variable: str | None, holds: str, desk: Any, bound: Load,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip # one line a parameter would be a page
    if variable is not None:
        monkeypatch.setenv("PEAKGUARD_MODE", variable)
    bare = desk.scale
    with bound(f"  - {{target: 'desk:scale', mode: {own}, returns: int64}}\n").attached(mode=given) as attachment:
        (row,) = attachment.report()
        assert row.mode == holds
        assert (desk.scale is bare) == (holds == "off")


def test_an_unknown_mode_in_the_environment_is_refused(bound: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEAKGUARD_MODE", "enforced")
    with pytest.raises(PeakguardError) as caught:
        bound("  - {target: 'desk:scale', returns: int64}\n").attach()
    assert caught.value.code == "PG2087"


@pytest.mark.usefixtures("desk")
def test_a_module_that_is_imported_later_is_guarded_before_anybody_copies_from_it(bound: Load) -> None:
    del sys.modules["desk"]
    policies = bound("  - {target: 'desk:scale', returns: {type: int64, le: 10}}\n")
    with policies.attached() as attachment:
        assert [row.state for row in attachment.report()] == ["waiting"]
        user = importlib.import_module("user")
        assert [row.state for row in attachment.report()] == ["attached"]
        with pytest.raises(PeakguardError):
            user.scale(9)
        assert user.scale.__module__ == "desk"
        module = sys.modules["desk"]
        assert type(module.__loader__).__name__ == "SourceFileLoader"
    assert user.scale(9) == 18
    assert sys.modules["desk"].scale is user.scale


def test_a_module_that_is_reloaded_is_guarded_again(desk: Any, bound: Load) -> None:
    with bound("  - {target: 'desk:scale', returns: {type: int64, le: 10}}\n").attached():
        importlib.reload(desk)
        with pytest.raises(PeakguardError):
            desk.scale(9)
    assert desk.scale(9) == 18


def test_two_modules_of_one_file_are_both_guarded(desk: Any, bound: Load, tmp_path: Path) -> None:
    (tmp_path / "twin").mkdir()
    (tmp_path / "twin" / "__init__.py").touch()
    (tmp_path / "twin" / "desk.py").symlink_to(tmp_path / "desk.py")
    earlier = importlib.import_module("twin.desk")
    with bound("  - {target: 'desk:scale', returns: {type: int64, le: 10}}\n").attached():
        for module in (desk, earlier):
            with pytest.raises(PeakguardError):
                module.scale(9)
        del sys.modules["twin.desk"]
        later = importlib.import_module("twin.desk")
        assert later is not earlier
        with pytest.raises(PeakguardError):
            later.scale(9)
    assert [module.scale(9) for module in (desk, earlier, later)] == [18] * 3


@pytest.mark.parametrize(
    ("binding", "code"),
    [
        ("{target: 'desk:scal', returns: int64}", "PG2081"),
        ("{target: 'desk:Desk', returns: int64}", "PG2082"),
        ("{target: 'desk:items', returns: int64}", "PG2082"),
        ("{target: 'desk:scale', yields: int64}", "PG2082"),
        ("{target: 'desk:scale', arguments: {amont: int64}}", "PG2083"),
        ("{target: 'desk:save', writes: {path: args.pth}}", "PG2083"),
        ("{target: 'desk:spans', trace: {fields: {x: self.cash}}}", "PG2083"),
    ],
)
def test_what_does_not_fit_is_refused_when_it_is_put_on(binding: str, code: str, desk: Any, bound: Load) -> None:
    bare = desk.waits
    with pytest.raises(PeakguardError) as caught:
        bound(f"  - {{target: 'desk:waits', trace: true}}\n  - {binding}\n").attach()
    assert caught.value.code == code
    assert desk.waits is bare


@pytest.mark.usefixtures("desk")
def test_a_module_that_puts_guards_on_while_it_loads_is_guarded_as_far_as_it_is(bound: Load, tmp_path: Path) -> None:
    policies = bound("  - {target: 'early:first', returns: string}\n")
    (tmp_path / "early.py").write_text("def first(): return 1\nimport late_attach\n")
    (tmp_path / "late_attach.py").write_text("from hooks import policies\npolicies.attach()\n")
    hooks = type(sys)("hooks")
    vars(hooks)["policies"] = policies
    sys.modules["hooks"] = hooks
    try:
        early = importlib.import_module("early")
        with pytest.raises(PeakguardError):
            early.first()
    finally:
        for name in ("early", "late_attach", "hooks"):
            sys.modules.pop(name, None)


@pytest.mark.usefixtures("desk")
def test_a_module_that_another_thread_imports_is_waited_for(bound: Load, tmp_path: Path) -> None:
    import threading

    policies = bound("  - {target: 'slow:first', returns: string}\n")
    gate, hooks = threading.Event(), type(sys)("hooks")
    loading = threading.Event()
    vars(hooks).update(gate=gate, loading=loading)
    sys.modules["hooks"] = hooks
    (tmp_path / "slow.py").write_text("import hooks\nhooks.loading.set()\nhooks.gate.wait(10)\ndef first(): return 1\n")
    thread = threading.Thread(target=importlib.import_module, args=("slow",))
    thread.start()
    assert loading.wait(10)
    threading.Timer(0.05, gate.set).start()
    try:
        with policies.attached() as attachment:
            assert [row.state for row in attachment.report()] == ["attached"]
            with pytest.raises(PeakguardError):
                sys.modules["slow"].first()
    finally:
        thread.join()
        for name in ("slow", "hooks"):
            sys.modules.pop(name, None)


@pytest.mark.usefixtures("desk")
def test_what_does_not_fit_ends_a_later_import(bound: Load) -> None:
    del sys.modules["desk"]
    with bound("  - {target: 'desk:scal', returns: int64}\n").attached(), pytest.raises(PeakguardError) as caught:
        importlib.import_module("desk")
    assert caught.value.code == "PG2081"
    assert caught.value.context["suggestion"]


def test_a_function_may_take_its_guard_itself(bound: Load) -> None:
    policies = bound("  - {name: small, returns: {type: int64, le: 10}}\n")

    class Desk:
        @policies.guard("small")
        def method(self, value: int) -> int:
            return value

        @policies.guard("small")
        @staticmethod
        def static(value: int) -> int:
            return value

    for call in (Desk().method, Desk.static):
        assert call(10) == 10
        with pytest.raises(PeakguardError):
            call(11)


def test_a_block_may_be_guarded_by_what_needs_no_arguments(bound: Load) -> None:
    policies = bound("  - {name: block, classify: true, trace: true}\n  - {name: asks, returns: int64}\n")
    names: list[str | None] = []

    def fail() -> None:
        here = current()
        names.append(here.name if here is not None else None)
        raise KeyError("x")

    with policies.run("whole"), pytest.raises(KeyError) as caught, policies.guard("block"):
        fail()
    assert names == ["block"]
    assert caught.value.peakguard.definition.code == "SH-1001"  # type: ignore[attr-defined] # put there by us
    with pytest.raises(PeakguardError) as refused, policies.guard("asks"):
        pass
    assert refused.value.code == "PG2082"


def test_bindings_that_stand_in_one_line_are_two(desk: Any, project: Project) -> None:
    both = "[{target: 'desk:scale', returns: string}, {target: 'desk:spans', returns: string}]"
    root = project({"policies/program.yaml": HEAD.replace("bindings:\n", f"bindings: {both}\n")})
    with package.load(root).attached() as attachment:
        assert [row.state for row in attachment.report()] == ["attached"] * 2
        for call in (lambda: desk.scale(1), desk.spans):
            with pytest.raises(PeakguardError):
                call()


def test_a_guard_that_no_policy_declares_is_named(bound: Load) -> None:
    with pytest.raises(PeakguardError) as caught:
        bound("  - {name: small, returns: int64}\n").guard("smal")
    assert (caught.value.code, caught.value.context["suggestion"] != "") == ("PG2005", True)


def test_a_traceback_shows_one_frame_of_ours(desk: Any, bound: Load) -> None:
    layers = "trace: true, classify: true, arguments: {symbol: string}, returns: {contract: bars}"
    text = f"  - {{target: 'desk:load', {layers}}}\n"
    with bound(text).attached():
        for frame, symbol in ((pl.DataFrame(BAD), "A"), (None, "NONE"), (None, 7)):
            with pytest.raises(Exception) as caught:  # noqa: PT011 # of three kinds
                desk.load(frame, symbol=symbol)
            files = [entry.frame.code.path for entry in caught.traceback]
            assert sum("peakguard" in str(path) and "tests" not in str(path) for path in files) == 1


def test_guards_survive_threads_that_import_and_call(desk: Any, bound: Load) -> None:
    import threading

    policies = bound("  - {target: 'desk:scale', returns: int64}\n")
    wrong: list[Any] = []

    def work() -> None:
        for number in range(20):
            with policies.attached():
                if desk.scale(number) != 2 * number:
                    wrong.append(number)

    threads = [threading.Thread(target=work) for _ in range(4)]
    bare = desk.scale
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert desk.scale is bare
