"""Invariants around functions that nobody edits: a stream for each object, ahead of a call or after it, to the end."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest

import peakguard as package
from peakguard.runtime.errors import InvariantViolation, PeakguardError
from peakguard.runtime.events import Event, subscribe
from peakguard.runtime.policy_set import PolicySet
from tests.functional.conftest import Project, Run

BOOK = """\
peakguard: 1
kind: invariants
name: book
version: 1.0.0
state: {cash: float64, spent: float64}
invariants:
  solvent: {expr: cash >= 0, severity: halt}
  spends: {expr: delta(spent) >= 0, on_null: pass}
at_end:
  adds_up: {expr: 'close(cash + spent, 10.0, abs=0.01)'}
"""
BINDING = """\
peakguard: 1
kind: bindings
name: program
version: 1.0.0
bindings:
  - target: desk:Desk.buy
    invariants:
      policy: book
      at: exit
      state: {cash: self.cash, spent: {path: 'self.prices[*]', fold: sum, appended: true}}
  - target: desk:transfer
    invariants: {policy: book, at: entry, state: {cash: args.amount, spent: args.wallet.spent}}
"""
DESK = """\
class Desk:
    def __init__(self):
        self.cash, self.prices = 10.0, []
    def buy(self, price):
        self.cash -= price
        self.prices.append(price)
        return self.cash

class Wallet:
    spent = 10.0

made = []
def transfer(amount, wallet):
    made.append(amount)

if __name__ == "__main__":
    import sys
    desk = Desk()
    for price in sys.argv[1:]:
        desk.buy(float(price))
    print("done")
"""


@pytest.fixture
def desk(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, PolicySet]]:
    root = project({"policies/book.yaml": BOOK, "policies/program.yaml": BINDING, "desk.py": DESK})
    monkeypatch.syspath_prepend(str(root))
    yield importlib.import_module("desk"), package.load(root)
    sys.modules.pop("desk")


def test_each_object_has_a_stream_of_its_own(desk: tuple[Any, PolicySet]) -> None:
    module, policies = desk
    with policies.attached():
        one, other = module.Desk(), module.Desk()
        for price in (1.0, 2.0):
            one.buy(price)
            other.buy(3 - price)
        with pytest.raises(InvariantViolation) as caught:
            one.buy(20.0)
        assert caught.value.breaches[0].step == 3
        assert "the call had been made" in caught.value.__notes__[-1]
        with pytest.raises(PeakguardError) as again:
            one.buy(0.0)
        assert again.value.code == "PG2061"
        assert other.buy(1.0) == 6.0
    assert one.buy(1.0) == -14.0


def test_a_state_is_refused_ahead_of_the_call(desk: tuple[Any, PolicySet]) -> None:
    module, policies = desk
    module.made.clear()
    with policies.attached():
        module.transfer(0.0, module.Wallet())
        with pytest.raises(InvariantViolation):
            module.transfer(-1.0, module.Wallet())
    assert module.made == [0.0]


def test_the_end_is_judged_when_guards_are_taken_off(desk: tuple[Any, PolicySet]) -> None:
    module, policies = desk

    def program() -> None:
        with policies.attached():
            book = module.Desk()
            book.buy(1.0)
            book.cash += 5.0
            book.buy(1.0)

    with pytest.raises(InvariantViolation) as caught:
        program()
    assert caught.value.breaches[0].id == "at_end.adds_up"
    assert module.Desk().buy(1.0) == 9.0


def test_an_object_that_goes_is_judged_then_and_told_of_at_the_end(desk: tuple[Any, PolicySet]) -> None:
    module, policies = desk
    heard: list[Event] = []

    def program() -> None:
        with policies.attached():
            book = module.Desk()
            book.cash = 50.0
            book.buy(1.0)
            del book
            gc.collect()
            assert [event.name for event in heard][-1] == "invariant_broken"

    stop = subscribe(heard.append)
    with pytest.raises(InvariantViolation):
        program()
    stop()


def test_what_is_raised_goes_on_and_observing_raises_nothing(desk: tuple[Any, PolicySet]) -> None:
    module, policies = desk

    def program() -> None:
        with policies.attached():
            module.Desk().buy("a lot")

    with pytest.raises(TypeError):
        program()
    with policies.attach(mode="observe"):
        assert module.Desk().buy(20.0) == -10.0


def test_a_path_that_leads_nowhere_says_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    binding = BINDING.replace("self.cash", "self.csah")
    root = project({"policies/book.yaml": BOOK, "policies/program.yaml": binding, "desk.py": DESK})
    monkeypatch.syspath_prepend(str(root))
    module = importlib.import_module("desk")
    try:
        with package.load(root).attached(), pytest.raises(PeakguardError) as caught:
            module.Desk().buy(1.0)
        assert caught.value.code == "PG2084"
    finally:
        sys.modules.pop("desk")


@pytest.mark.parametrize(
    ("prices", "code", "said"), [(["1", "2"], 0, ""), (["20"], 1, "invariants.solvent"), ([], 0, "")]
)
def test_a_program_under_run_ends_with_what_its_books_say(
    prices: list[str], code: int, said: str, peakguard: Run, project: Project
) -> None:
    root = project({"policies/book.yaml": BOOK, "policies/program.yaml": BINDING, "desk.py": DESK})
    result = peakguard("run", "--", "python", "desk.py", *prices, cwd=root)
    assert (result.returncode, said in result.stderr) == (code, True)


def test_a_program_whose_end_contradicts_itself_fails_at_its_end(peakguard: Run, project: Project) -> None:
    text = DESK.replace('print("done")', 'desk.cash += 1\n    desk.buy(0.0)\n    print("done")')
    root = project({"policies/book.yaml": BOOK, "policies/program.yaml": BINDING, "desk.py": text})
    result = peakguard("run", "--", "python", "desk.py", "1", cwd=root)
    assert (result.returncode, result.stdout) == (1, "done\n")
    assert "at_end.adds_up" in result.stderr


def test_show_tells_what_is_watched(peakguard: Run, project: Project) -> None:
    root = project({"policies/book.yaml": BOOK, "policies/program.yaml": BINDING, "desk.py": DESK})
    shown = peakguard("show", "desk:Desk.buy", "--resolve", cwd=root).stdout
    assert "a step of book, after the call" in shown
    assert "_pg_watch" in shown
