"""What it costs to have the package: nothing heavy is loaded, and a rule is checked in some hundred calls."""

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence

from peakguard.expression import compile_text
from tests.unit.expression.scopes import ROWS


def loaded_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_types_come_without_a_parser() -> None:
    loaded = loaded_after("import peakguard.expression.types")
    assert loaded.isdisjoint({"ast", "polars", "pydantic", "yaml", "dataclasses", "decimal", "zoneinfo"})


def test_compiling_a_rule_loads_no_data_library() -> None:
    imports = "import peakguard.expression as e, peakguard.expression.scope as s, peakguard.expression.types as t"
    rule = "e.emit_polars(e.compile_text('x > 1', s.Scope({'x': s.Column(t.FLOAT64)}))[0], {})"
    loaded = loaded_after(f"{imports}; {rule}")
    assert loaded.isdisjoint({"polars", "pydantic", "yaml", "difflib", "zoneinfo"})


def test_a_rule_takes_some_hundred_calls_however_many_there_are() -> None:
    rules = [f"high >= max(open, close_, {index})" for index in range(200)]
    calls_of(rules[:1])  # what is made once
    assert calls_of(rules[:10]) < 10 * 400
    assert calls_of(rules) < 200 * 400


def calls_of(rules: Sequence[str]) -> int:
    """The calls of Python functions that compiling takes: the same on every machine."""
    calls: Counter[str] = Counter()
    sys.setprofile(lambda _frame, event, _argument: calls.update([event]))
    try:
        for rule in rules:
            compile_text(rule, ROWS)
    finally:
        sys.setprofile(None)
    return calls["call"]
