from __future__ import annotations

import functools
import pickle
import sys
import threading
from itertools import permutations
from typing import Any

import pytest

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.standing import put_on, take_off
from tests.unit.runtime.guarding.programs import guard, program

HOME = """
import functools
def work(x, y=2): return (x, y)
again = work
class Base:
    def inherited(self): return "base"
class Desk(Base):
    rate = 2
    def method(self, x): return (self.rate, x)
    @staticmethod
    def static(x): return x
    @classmethod
    def klass(cls, x): return (cls.__name__, x)
    @property
    def prop(self):
        "What it is."
        return self.rate
    @prop.setter
    def prop(self, value): self.rate = value
    @functools.cached_property
    def cached(self): return object()
    class Inner:
        def deep(self): return "deep"
@functools.lru_cache
def kept(x): return object()
part = functools.partial(work, 7)
desk = Desk()
"""
USER = "from home import work\nalso = work\ndef run(): return work(1)"


def test_copies_that_other_modules_took_are_guarded_and_given_back() -> None:
    seen: list[str] = []
    with program(home=HOME, user=USER) as made:
        home, user, bare = made["home"], made["user"], made["home"].work
        standing = put_on([guard(home, "work", seen)])
        assert home.work is home.again is user.work is user.also is not bare
        assert sorted(standing[0].rebound) == ["home.again", "user.also", "user.work"]
        assert user.run() == (1, 2)
        assert seen == ["g"]
        take_off(standing)
        assert home.work is home.again is user.work is user.also is bare


def test_a_copy_taken_while_a_guard_stands_is_given_back_too() -> None:
    seen: list[str] = []
    with program(home=HOME) as made:
        standing = put_on([guard(made["home"], "work", seen)])
        with program(late=USER) as later:
            assert later["late"].run() == (1, 2)
            assert seen == ["g"]
            take_off(standing)
            assert later["late"].work is made["home"].work
            later["late"].run()
        assert seen == ["g"]


def test_a_copy_out_of_reach_is_disarmed() -> None:
    seen: list[str] = []
    with program(home=HOME) as made:
        standing = put_on([guard(made["home"], "work", seen)])
        held = {"work": made["home"].work}
        take_off(standing)
        assert held["work"](1, y=5) == (1, 5)
        assert seen == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_guards_come_off_in_any_order(order: tuple[int, ...]) -> None:
    seen: list[str] = []
    with program(home=HOME, user=USER) as made:
        bare = made["home"].work
        standing = [put_on([guard(made["home"], "work", seen, str(number))])[0] for number in range(3)]
        left = [2, 1, 0]
        for number in order:
            seen.clear()
            assert made["user"].run() == (1, 2)
            assert seen == [str(each) for each in left]
            take_off([standing[number]])
            left.remove(number)
        assert made["home"].work is made["user"].work is bare


@pytest.mark.parametrize(
    ("path", "call", "expected"),
    [
        ("Desk.method", lambda home: home.Desk().method(3), (2, 3)),
        ("Desk.method", lambda home: home.Desk.method(home.desk, 3), (2, 3)),
        ("Desk.static", lambda home: home.Desk().static(3), 3),
        ("Desk.static", lambda home: home.Desk.static(3), 3),
        ("Desk.klass", lambda home: home.Desk.klass(3), ("Desk", 3)),
        ("Desk.klass", lambda home: getattr(type("Sub", (home.Desk,), {}), "klass")(3), ("Sub", 3)),
        ("Desk.prop", lambda home: home.Desk().prop, 2),
        ("Desk.Inner.deep", lambda home: home.Desk.Inner().deep(), "deep"),
        ("Desk.inherited", lambda home: home.Desk().inherited(), "base"),
        ("part", lambda home: home.part(y=1), (7, 1)),
        ("desk.method", lambda home: home.desk.method(3), (2, 3)),
        ("work", lambda home: home.work(*[1], y=4), (1, 4)),
    ],
)
def test_every_kind_of_target_is_guarded_and_comes_back(path: str, call: Any, expected: Any) -> None:
    seen: list[str] = []
    with program(home=HOME) as made:
        home = made["home"]
        *owners, name = path.split(".")
        owner = functools.reduce(getattr, owners, home)
        before = dict(vars(owner))
        standing = put_on([guard(home, path, seen)])
        assert call(home) == expected
        assert seen == ["g"]
        if name in before:
            assert type(vars(owner)[name]) is type(before[name])
        take_off(standing)
        assert dict(vars(owner)) == before
        assert call(home) == expected
        assert seen == ["g"]


def test_a_guard_on_an_inherited_method_leaves_the_base_alone() -> None:
    seen: list[str] = []
    with program(home=HOME) as made:
        home = made["home"]
        standing = put_on([guard(home, "Desk.inherited", seen)])
        home.Base().inherited()
        assert seen == []
        take_off(standing)
        assert "inherited" not in vars(home.Desk)


def test_a_property_keeps_its_setter_and_text_and_a_cached_one_is_read_once() -> None:
    seen: list[str] = []
    with program(home=HOME) as made:
        home = made["home"]
        standing = put_on([guard(home, "Desk.prop", seen), guard(home, "Desk.cached", seen)])
        desk = home.Desk()
        desk.prop = 9
        assert desk.prop == 9
        assert home.Desk.prop.__doc__ == "What it is."
        assert desk.cached is desk.cached
        assert seen == ["g", "g"]
        take_off(standing)


def test_a_cached_function_keeps_its_ways() -> None:
    seen: list[str] = []
    with program(home=HOME) as made:
        home = made["home"]
        with_guard = put_on([guard(home, "kept", seen)])
        assert home.kept(1) is home.kept(1)
        assert home.kept.cache_info().hits == 1
        home.kept.cache_clear()
        assert home.kept.cache_info().hits == 0
        take_off(with_guard)


def test_a_guarded_function_and_method_pickle_by_name() -> None:
    with program(home=HOME) as made:
        home = made["home"]
        standing = put_on([guard(home, "work", []), guard(home, "Desk.method", [])])
        assert pickle.loads(pickle.dumps(home.work)) is home.work
        assert pickle.loads(pickle.dumps(home.Desk().method))(3) == (2, 3)
        take_off(standing)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("wrk", codes.TARGET_MISSING),
        ("Desk.methd", codes.TARGET_MISSING),
        ("Dsk.method", codes.TARGET_MISSING),
        ("Desk", codes.TARGET_REFUSED),
        ("Desk.rate", codes.TARGET_REFUSED),
        ("desk", codes.TARGET_REFUSED),
    ],
)
def test_what_cannot_be_guarded_is_refused_and_nothing_else_is_guarded_then(path: str, code: str) -> None:
    with program(home=HOME) as made:
        bare = made["home"].work
        with pytest.raises(PeakguardError) as caught:
            put_on([guard(made["home"], "work", []), guard(made["home"], path, [])])
        assert caught.value.code == code
        assert made["home"].work is bare


def test_a_type_written_in_c_is_refused() -> None:
    import datetime as dt

    with pytest.raises(PeakguardError) as caught:
        put_on([guard(dt, "datetime.now", [])])
    assert caught.value.code == codes.TARGET_REFUSED


def test_a_function_written_in_c_is_guarded_where_it_is_found() -> None:
    import math

    seen: list[str] = []
    bare = math.sqrt
    with program(user="from math import sqrt\nclass Box:\n    root = sqrt\n") as made:
        standing = put_on([guard(math, "sqrt", seen), guard(made["user"], "Box.root", seen, "box")])
        assert made["user"].sqrt(4.0) == math.sqrt(4.0) == made["user"].Box().root(4.0) == 2.0
        assert seen == ["g", "g", "box"]
        take_off(standing)
        assert math.sqrt is made["user"].sqrt is made["user"].Box.root is bare


def test_a_lazy_module_is_not_woken() -> None:
    from importlib.util import LazyLoader, find_spec, module_from_spec

    sys.modules.pop("colorsys", None)
    spec = find_spec("colorsys")
    assert spec is not None
    assert spec.loader is not None
    spec.loader = LazyLoader(spec.loader)
    lazy = module_from_spec(spec)
    sys.modules["colorsys"] = lazy
    spec.loader.exec_module(lazy)
    try:
        with program(home=HOME) as made:
            take_off(put_on([guard(made["home"], "work", [])]))
        assert "rgb_to_hsv" not in object.__getattribute__(lazy, "__dict__")
    finally:
        del sys.modules["colorsys"]


def test_what_somebody_else_puts_over_a_guard_stays_and_is_not_guarded_any_more() -> None:
    seen: list[str] = []
    with program(home=HOME) as made:
        home = made["home"]
        standing = put_on([guard(home, "work", seen)])
        guarded = home.work

        def other(x: int) -> Any:
            return ("other", guarded(x))

        home.work = other
        take_off(standing)
        assert home.work is other
        assert home.work(1) == ("other", (1, 2))
        assert seen == []


@pytest.mark.parametrize("times", [12, pytest.param(40, marks=pytest.mark.slow)])
def test_threads_that_call_while_guards_come_and_go_always_get_the_result(times: int) -> None:
    with program(home=HOME, user=USER) as made:
        bare, user, wrong, is_over = made["home"].work, made["user"], [], threading.Event()

        def call() -> None:
            while not is_over.is_set():
                if user.run() != (1, 2):
                    wrong.append(1)

        def change(word: str) -> None:
            for _ in range(times):
                take_off(put_on([guard(made["home"], "work", [], word)]))

        callers = [threading.Thread(target=call) for _ in range(3)]
        changers = [threading.Thread(target=change, args=(str(number),)) for number in range(3)]
        for thread in (*callers, *changers):
            thread.start()
        for thread in changers:
            thread.join()
        is_over.set()
        for thread in callers:
            thread.join()
        assert wrong == []
        assert made["home"].work is user.work is bare
