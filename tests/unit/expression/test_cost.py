"""What it costs to have the package: nothing heavy is loaded, and a rule is checked in microseconds."""

import subprocess
import sys
from time import process_time

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


def test_four_thousand_rules_take_well_below_a_second() -> None:
    rules = [f"high >= max(open, close_, {index})" for index in range(1000)]
    started = process_time()
    for rule in rules:
        compile_text(rule, ROWS)
    # Processor time, 0.1 s where this was written: what else the machine does is no matter.
    assert process_time() - started < 0.5
