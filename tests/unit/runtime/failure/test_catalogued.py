"""Errors of a catalog as exceptions: classes, context, pickles, forms."""

from __future__ import annotations

import json
import multiprocessing
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from peakguard import ContractViolation, PeakguardError
from peakguard.diagnostics import codes
from peakguard.runtime.failure.catalogued import CataloguedError
from peakguard.runtime.failure.pickled import Unpicklable
from peakguard.runtime.policy_set import PolicySet
from tests.unit.runtime.failure.catalog import policies


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> PolicySet:
    return policies(tmp_path_factory.mktemp("shop"))


def test_an_error_is_what_its_policy_says(shop: PolicySet) -> None:
    error = shop.error("SH-1001", symbol="ACME", price=-1.0)
    assert (error.code, error.slug, error.severity, error.retryable) == (
        "SH-1001",
        "price_not_positive",
        "error",
        False,
    )
    assert error.message == "ACME: price -1.0 is not above zero"
    assert error.hints == ("Load the quote of ACME again", "Ask the provider")
    assert error.recovery == ("Delete the row", "Load ACME again")
    assert error.definition.origin == "policies/errors.yaml:10"
    assert error.policy_set == shop.digest
    assert error.symbol == "ACME"
    assert error.message in str(error)
    with pytest.raises(AttributeError):
        _ = error.nothing


def test_an_error_knows_its_run(shop: PolicySet) -> None:
    with shop.run("nightly") as run, run.span("fetch") as span:
        error = shop.error("SH-1003")
    assert (error.run_id, error.trace_id) == (run.run_id, run.trace_id)
    assert error.to_dict()["span_id"] == span.span_id
    assert shop.error("SH-1003").run_id is None


def test_old_except_clauses_catch_it(shop: PolicySet) -> None:
    error = shop.error("SH-1001", symbol="ACME", price=-1.0)
    for kind in (ValueError, ArithmeticError, PeakguardError, CataloguedError, shop.errors.PriceNotPositive):
        assert isinstance(error, kind)
    bare = shop.error("SH-1003")
    assert isinstance(bare, KeyError)
    assert isinstance(bare, ConnectionError)
    assert "nothing more" in str(bare)


def test_classes_are_found_by_code_and_by_name_and_are_one(shop: PolicySet) -> None:
    assert shop.errors["SH-1001"] is shop.errors.PriceNotPositive is shop.errors["price_not_positive"]
    assert type(shop.error("SH-1001", symbol="A", price=1.0)) is shop.errors.PriceNotPositive
    assert "PriceNotPositive" in dir(shop.errors)
    with pytest.raises(AttributeError):
        _ = shop.errors.PriceNotPostive


@pytest.mark.parametrize(("code", "says"), [("SH-1101", "SH-1001"), ("SH-1000", "SH-1001"), ("nonsense", "")])
def test_a_code_that_may_not_be_raised_is_refused(shop: PolicySet, code: str, says: str) -> None:
    with pytest.raises(PeakguardError) as refused:
        shop.error(code)
    assert refused.value.code == "PG2030" == codes.UNKNOWN_ERROR_CODE
    assert says in refused.value.context["suggestion"]


RIGHT: dict[str, Any] = {
    "a": True,
    "b": 5,
    "c": 1,
    "d": Decimal("1.25"),
    "e": "text",
    "f": date(2026, 1, 2),
    "g": datetime(2026, 1, 2, tzinfo=UTC),
    "h": timedelta(1),
}
WRONG: dict[str, list[Any]] = {
    "a": [1, "true", None],
    "b": [True, 1.0, "1", np.float64(1)],
    "c": ["1", True, None],
    "d": [1.5, "1"],
    "e": [1, b"x"],
    "f": ["2026-01-02", datetime(2026, 1, 2, tzinfo=UTC)],
    "g": [date(2026, 1, 2), 5],
    "h": [1.0],
}


def test_a_context_of_the_declared_types_is_taken(shop: PolicySet) -> None:
    assert not hasattr(shop.error("SH-1002", **RIGHT), "__notes__")
    scalars = {"a": np.bool_(True), "b": np.int32(5), "c": np.float32(1)}
    assert not hasattr(shop.error("SH-1002", **{**RIGHT, **scalars}), "__notes__")


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_value_of_another_type_is_owned_up_to(shop: PolicySet, name: str, value: Any) -> None:
    error = shop.error("SH-1002", **{**RIGHT, name: value})
    assert codes.CONTEXT_MISFIT == "PG2031"
    assert "PG2031" in error.__notes__[0]
    assert error.context[name] is value


def test_a_context_that_does_not_fit_loses_nothing_but_fails_in_development(shop: PolicySet, tmp_path: Path) -> None:
    error = shop.error("SH-1001", symbl="ACME", price=1.0)
    assert error.context == {"symbl": "ACME", "price": 1.0}
    assert len(error.__notes__) == 1
    policies(tmp_path)
    script = (
        "import peakguard\n"
        "try: peakguard.load().error('SH-1001', symbl='A', price=1.0)\n"
        "except peakguard.PeakguardError as e: print(e.code)\n"
    )
    found = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "ignore", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == ["PG2031"]


class Locked(Exception):
    """An exception that cannot be pickled."""

    def __init__(self) -> None:
        super().__init__("locked")
        self.lock = threading.Lock()


class NeedsTwo(Exception):
    """An exception that pickles, but cannot be made again."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


def _raised(shop: PolicySet, **context: Any) -> CataloguedError:
    try:
        try:
            try:
                raise NeedsTwo("a", "b")  # noqa: TRY301 # the chain is what is tested
            except NeedsTwo as first:
                raise shop.error("SH-1003") from first
        except CataloguedError:
            raise Locked from None
    except Locked as second:
        error = shop.error("SH-1001", **context)
        error.__cause__ = second
        second.__suppress_context__ = False
        error.add_note("a note")
        return error


def test_it_pickles_with_context_notes_and_causes(shop: PolicySet) -> None:
    error = _raised(shop, symbol="ACME", price=-1.0)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (again.context, again.__notes__, str(again)) == (error.context, error.__notes__, str(error))
    assert again.occurrence == error.occurrence
    assert again.policy_set == error.policy_set
    cause = again.__cause__
    assert isinstance(cause, Unpicklable)
    assert "Locked: locked" in str(cause)
    assert type(cause.__context__) is shop.errors.Bare
    assert "NeedsTwo: ab" in str(cause.__context__.__cause__)


def test_what_cannot_be_pickled_in_a_context_is_written_out(shop: PolicySet) -> None:
    again = pickle.loads(pickle.dumps(shop.error("SH-1001", symbol=threading.Lock(), price=1.0)))
    assert "lock" in again.context["symbol"]


def test_long_chains_pickle_in_little_time(shop: PolicySet) -> None:
    last: BaseException = ValueError("first")
    for _ in range(12):
        error = shop.error("SH-1003")
        error.__cause__ = last
        error.__context__ = last
        last = error
    assert len(pickle.dumps(last)) < 100_000


def _fails(folder: str) -> None:
    raise policies(Path(folder)).error("SH-1001", symbol="ACME", price=-1.0)


def test_it_crosses_processes(shop: PolicySet, tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(1, mp_context=spawn) as pool,
        pytest.raises(shop.errors.PriceNotPositive) as found,
    ):
        pool.submit(_fails, str(tmp_path)).result()
    assert found.value.context == {"symbol": "ACME", "price": -1.0}


def test_forms_for_machines(shop: PolicySet) -> None:
    error = _raised(shop, symbol="ACME", price=float("nan"))
    made = json.loads(error.to_json())
    assert made == error.to_dict()
    assert made["context"] == {"symbol": "ACME", "price": "nan"}
    assert (made["exit_code"], made["http_status"], made["origin"]) == (65, 422, "policies/errors.yaml:10")
    assert [(link["relation"], link["code"]) for link in made["chain"]] == [
        ("cause", None),
        ("context", "SH-1003"),
        ("cause", None),
    ]
    assert made["notes"] == ["a note"]
    details = error.problem()
    assert (details["type"], details["status"]) == ("urn:peakguard:my-shop:SH-1001", 422)
    assert details["detail"] == error.message
    assert {"title", "code", "hints", "context", "retryable"} <= details.keys()
    assert "instance" not in details


def test_members_of_groups_are_told(shop: PolicySet) -> None:
    group = ExceptionGroup("two", [shop.error("SH-1003"), ExceptionGroup("one", [ValueError("x")])])
    error = shop.error("SH-1003")
    error.__cause__ = group
    assert shop.classify(group) is None
    wrapped = shop.error("SH-1003")
    assert wrapped.to_dict()["members"] == []
    both = type("Both", (ExceptionGroup,), {"peakguard": wrapped.peakguard})("two", group.exceptions)
    from peakguard.runtime.failure.forms import to_dict

    members = to_dict(wrapped.peakguard, both)["members"]
    assert [member["code"] for member in members] == ["SH-1003", None]
    assert members[1]["members"][0]["exception"] == "ValueError"


def test_a_value_that_cannot_be_shown_hides_no_error(shop: PolicySet) -> None:
    class Sulky:
        def __str__(self) -> str:
            raise RuntimeError("no")

    error = shop.error("SH-1001", symbol=Sulky(), price=1.0)
    assert "Sulky" in str(error)
    assert "Sulky" in error.to_json()


def test_a_broken_contract_is_the_error_that_it_names(shop: PolicySet) -> None:
    frame = pl.DataFrame({"symbol": ["A", "B"], "price": [1.0, -2.0]})
    with pytest.raises(ContractViolation) as found:
        shop.contract("quotes").validate(frame)
    error = found.value
    assert isinstance(error, shop.errors.ContractBroken)
    assert isinstance(error, ValueError)
    assert error.code == "SH-1004"
    assert error.context["count"] == 1
    assert (error.context["symbol"], error.context["price"]) == ("B", -2.0)
    assert error.hints == ("Look at B",)
    assert error.to_dict()["exit_code"] == 65
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert again.violations == error.violations
    assert str(again) == str(error)
