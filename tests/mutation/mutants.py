"""The committed list of mutants: in which file what text becomes what, and why that is a fault."""

from __future__ import annotations

from tests.mutation.batch_mutants import BATCH_MUTANTS
from tests.mutation.cache_mutants import CACHES
from tests.mutation.chaos_mutants import CHAOS
from tests.mutation.config_mutants import CONFIGS
from tests.mutation.difference_mutants import DIFFERENCE
from tests.mutation.file_mutants import FILES
from tests.mutation.gate_mutants import GATES
from tests.mutation.guard_mutants import GUARDS
from tests.mutation.invariant_mutants import INVARIANTS
from tests.mutation.mutant import TABLE, Fault, Mutant
from tests.mutation.page_mutants import PAGE
from tests.mutation.rule_test_mutants import RULE_TESTS
from tests.mutation.run_mutants import RUNS
from tests.mutation.runtime_mutants import RUNTIME
from tests.mutation.stability_mutants import STABILITY
from tests.mutation.store_mutants import STORE

EMIT = "peakguard/expression/emit"

POLARS = [
    Mutant(
        "polars-nan-is-the-largest",
        "comparisons without their guard against NaN",
        f"{EMIT}/polars_relation.py",
        "    if node.special < NAN:\n        return plain\n    if lesser",
        "    if node.special <= NAN:\n        return plain\n    if lesser",
    ),
    Mutant(
        "polars-nan-equals-nan",
        "`==` and `!=` as Polars has them",
        f"{EMIT}/polars_relation.py",
        "if left.special == right.special == NAN:",
        "if False:",
    ),
    Mutant(
        "polars-guard-makes-null-false",
        "the guard against NaN without regard to a null on the other side",
        f"{EMIT}/polars_relation.py",
        "    if lesser[0].nullable:",
        "    if False:",
    ),
    Mutant(
        "polars-own-min-and-max-skip-null",
        "`min` and `max` as Polars has them: nulls are skipped",
        f"{EMIT}/polars_function.py",
        'nulls = [f"{each}.is_null()" for arg, each in pairs if arg.nullable]',
        "nulls = []",
    ),
    Mutant(
        "polars-own-min-and-max-skip-nan",
        "`min` and `max` as Polars has them: NaN is skipped",
        f"{EMIT}/polars_function.py",
        'nans = [f"{each}.is_nan()" for arg, each in pairs if arg.special == NAN]',
        "nans = []",
    ),
    Mutant(
        "polars-if-takes-null-for-false",
        "an unknown condition chooses the other branch",
        f"{EMIT}/polars_relation.py",
        "if not node.args[0].nullable:",
        "if True:",
    ),
    Mutant(
        "polars-integers-wrap",
        "sums and products of integers without room",
        f"{EMIT}/polars_arithmetic.py",
        'may_overflow = node.type.kind == "int64" and _may_overflow(node)',
        "may_overflow = False",
    ),
    Mutant(
        "polars-sums-fit-by-half-their-signs",
        "a sum that wraps is recognised by one operand only",
        f"{EMIT}/polars_arithmetic.py",
        'return f"((({left} ^ {plain}) & ({right} ^ {plain})) >= 0)"',
        'return f"(({left} ^ {plain}) >= 0)"',
    ),
    Mutant(
        "polars-one-too-many-fits",
        "the last operand whose product with a constant fits",
        f"{EMIT}/polars_arithmetic.py",
        "low, high = math.ceil(least), math.floor(most)",
        "low, high = math.floor(least), math.ceil(most)",
    ),
    Mutant(
        "polars-minus-wraps",
        "the negative of the least integer",
        f"{EMIT}/polars_arithmetic.py",
        '        return f"(0 - {_wide(emitter, x)}){_NARROW}"\n    return f"(-',
        '        return f"(-{emitter.expression(x)})"\n    return f"(-',
    ),
    Mutant(
        "polars-reciprocal",
        "division by a scalar as Polars has it: by its reciprocal",
        f"{EMIT}/polars_arithmetic.py",
        "if right.value is None or _has_exact_reciprocal(right.value):",
        "if True:",
    ),
    Mutant(
        "polars-zero-keeps-its-sign",
        "division by -0.0 where the dividend is one value in all rows",
        f"{EMIT}/polars_arithmetic.py",
        'pl.when({divisor} == 0).then(0.0).otherwise({full}))"',
        '({full}))"',
    ),
    Mutant(
        "polars-times-wrap",
        "times are moved without room",
        f"{EMIT}/polars_arithmetic.py",
        '    return f"{written}.cast(pl.Int128)"\n\n\ndef _division',
        "    return written\n\n\ndef _division",
    ),
    Mutant(
        "polars-round-away-from-zero",
        "`round` half away from zero",
        f"{EMIT}/polars_function.py",
        'mode="half_to_even"',
        'mode="half_away_from_zero"',
    ),
    Mutant(
        "polars-unicode-lower",
        "`lower` beyond ASCII",
        f"{EMIT}/polars_function.py",
        '_method(f"str.replace_many([{_UPPER}], [{_LOWER}])")',
        '_method("str.to_lowercase()")',
    ),
    Mutant(
        "polars-len-in-bytes",
        "`len` counts bytes",
        f"{EMIT}/polars_function.py",
        "str.len_chars()",
        "str.len_bytes()",
    ),
    Mutant(
        "polars-contains-is-a-pattern",
        "`contains` takes its text for a pattern",
        f"{EMIT}/polars_function.py",
        '_string_test("contains", ", literal=True")',
        '_string_test("contains")',
    ),
    Mutant(
        "polars-pattern-finds-a-part",
        "`matches` anywhere in the text",
        f"{EMIT}/polars_function.py",
        "text.quote(anchored(node.value))",
        "text.quote(anchored(node.value)[1:-1])",
    ),
    Mutant(
        "polars-years-without-end",
        "calendar fields in years that have none",
        f"{EMIT}/polars_function.py",
        "is_between(1, 9999)",
        "is_between(-99999, 99999)",
    ),
    Mutant(
        "polars-zones-without-end",
        "calendar fields where no engine knows the rules of a zone",
        f"{EMIT}/polars_function.py",
        'if x.type.zone not in ("", "UTC"):',
        "if False:",
    ),
    Mutant(
        "polars-cum-max-skips-nan",
        "`cum_max` and `cum_min` as Polars has them",
        f"{EMIT}/polars_ordered.py",
        "if arg.special < NAN:",
        "if True:",
    ),
    Mutant(
        "polars-first-is-one-value",
        "`first` over groups that are not opened",
        f"{EMIT}/polars.py",
        'else f"{written}{self._over}"',
        "else written",
    ),
    Mutant(
        "polars-close-without-infinities",
        "`close` of two infinities, and of NaN",
        f"{EMIT}/polars_relation.py",
        "if left.special == right.special == FINITE:",
        "if True:",
    ),
    Mutant(
        "polars-not-drops-unknown",
        "`not` makes true of unknown",
        f"{EMIT}/polars_relation.py",
        'return f"(~{emitter.expression(node.args[0])})"',
        'return f"(~{emitter.expression(node.args[0])}.fill_null(False))"',
    ),
    Mutant(
        "polars-and-drops-unknown",
        "`and` and `or` take unknown for false",
        f"{EMIT}/polars_relation.py",
        'symbol = " & " if node.op == "and" else " | "',
        'symbol = ".fill_null(False) & " if node.op == "and" else ".fill_null(False) | "',
    ),
    Mutant(
        "polars-list-totals-skip-null",
        "totals of lists leave nulls out",
        f"{EMIT}/polars_each.py",
        "if not nulls or node.op in",
        "if True or node.op in",
    ),
    Mutant(
        "polars-all-ignores-unknown",
        "`all` of a list with an unknown element",
        f"{EMIT}/polars_each.py",
        'return f"(~{keep} | {written}).all(ignore_nulls=False)"',
        'return f"(~{keep} | {written}).all()"',
    ),
    Mutant(
        "polars-list-sum-wraps",
        "the sum of a list of integers without room",
        f"{EMIT}/polars_each.py",
        '        return f"{kept}.cast(pl.Int128).sum().cast(pl.Int64, strict=False)"',
        '        return f"{kept}.sum()"',
    ),
    Mutant(
        "polars-median-ranks-nan",
        "ranked statistics as Polars has them",
        f"{EMIT}/polars_aggregate.py",
        "if arg.special < NAN:",
        "if True:",
    ),
    Mutant(
        "polars-dataset-sum-wraps",
        "the sum of integers without room",
        f"{EMIT}/polars_aggregate.py",
        '        return f"{x}.cast(pl.Int128).sum().cast(pl.Int64, strict=False)"',
        '        return f"{x}.sum()"',
    ),
]

PYTHON_TESTS = (TABLE, "tests/property/test_scalar_agreement.py")
PYTHON = [
    Mutant(
        "python-integers-without-end",
        "integers as Python has them",
        f"{EMIT}/scalar_arithmetic.py",
        "    if not below and not above:\n        return made",
        "    if True:\n        return made",
        PYTHON_TESTS,
    ),
    Mutant(
        "python-compares-exactly",
        "an integer beside a float is compared exactly, not as a float",
        f"{EMIT}/scalar_relation.py",
        "each if is_exact(each) else arg for each, arg",
        "each for each, arg",
        PYTHON_TESTS,
    ),
    Mutant(
        "python-divides-exactly",
        "two integers are divided exactly, not as floats",
        f"{EMIT}/scalar_arithmetic.py",
        "if all(is_exact(each) for each in whole):",
        "if True:",
        PYTHON_TESTS,
    ),
    Mutant(
        "python-divides-by-zero",
        "float division as Python has it",
        f"{EMIT}/scalar_arithmetic.py",
        "if _is_never_zero(right):",
        "if True:",
        PYTHON_TESTS,
    ),
    Mutant(
        "python-whole-division-by-zero",
        "`//` and `%` by zero",
        f"{EMIT}/scalar_arithmetic.py",
        "if right.low <= 0 <= right.high:\n        first, divisor",
        "if False:\n        first, divisor",
        PYTHON_TESTS,
    ),
    Mutant(
        "python-own-min-and-max",
        "`min` and `max` of NaN as Python has them",
        f"{EMIT}/scalar_function.py",
        "        if arg.special == NAN:\n            test +=",
        "        if False:\n            test +=",
        PYTHON_TESTS,
    ),
    Mutant(
        "python-context-of-the-day",
        "decimals in the context that happens to be set",
        "peakguard/runtime/scalar.py",
        '"decimal_mul": functions.EXACT.multiply',
        '"decimal_mul": lambda a, b: a * b',
        PYTHON_TESTS,
    ),
    Mutant(
        "python-null-is-false",
        "a null among several operands of `and` and `or` is false",
        f"{EMIT}/scalar_logic.py",
        "rest = f\"None if {' or '.join(f'{name} is None' for name in names)} else False\"",
        'rest = "False"',
        PYTHON_TESTS,
    ),
    Mutant(
        "python-and-stops-at-null",
        "null wins over false in `and`",
        f"{EMIT}/scalar_logic.py",
        "return Written(f\"{deciding} if {' or '.join(tests)} else {rest}\", CHOICE, maybe=True)",
        "return Written(f\"{tests[0].split(' is ')[0]} and {rest}\", CHOICE, maybe=True)",
        PYTHON_TESTS,
    ),
    Mutant(
        "python-roots-of-negatives",
        "the root of what has none",
        f"{EMIT}/scalar_function.py",
        '_where(">= 0.0", "NAN")',
        '_where(">= 0.0", "0.0")',
        PYTHON_TESTS,
    ),
    Mutant(
        "python-rounds-beyond-int64",
        "whole parts without end",
        f"{EMIT}/scalar_function.py",
        'check = f"-9223372036854775808.0 <= {first} < 9223372036854775808.0"',
        'check = f"-1e300 <= {first} < 1e300"',
        PYTHON_TESTS,
    ),
    Mutant(
        "python-unicode-upper",
        "`upper` beyond ASCII",
        "peakguard/runtime/scalar_functions.py",
        "return text.upper() if text.isascii() else text.translate(_UPPER)",
        "return text.upper()",
        PYTHON_TESTS,
    ),
    Mutant(
        "python-lists-skip-null",
        "totals of lists with a null among the elements",
        f"{EMIT}/scalar_each.py",
        'f"None not in ({values} := [{text} {head}])"',
        'f"[] != ({values} := [each for each in [{text} {head}] if each is not None])"',
        PYTHON_TESTS,
    ),
    Mutant(
        "python-all-of-unknown",
        "`all` of a list with an unknown element is true",
        "peakguard/runtime/scalar_lists.py",
        "return False if False in values else None if None in values else True",
        "return False not in values",
        PYTHON_TESTS,
    ),
    Mutant(
        "python-zones-without-end",
        "calendar fields where no engine knows the rules of a zone",
        f"{EMIT}/scalar_calendar.py",
        'known = f"{first} < {END_OF_ZONES * second}"',
        'known = f"{first} < {END_OF_ZONES * second * 9}"',
        PYTHON_TESTS,
    ),
]

SQL_TESTS = (TABLE, "tests/property/test_sql_agreement.py")
SQL = [
    Mutant(
        "sql-nan-is-the-largest",
        "comparisons without their guard against NaN",
        f"{EMIT}/sql_relation.py",
        'if (left if node.op in ("gt", "ge") else right).special < NAN:',
        "if True:",
        SQL_TESTS,
    ),
    Mutant(
        "sql-nan-equals-nan",
        "`==` and `!=` as DuckDB has them",
        f"{EMIT}/sql_relation.py",
        "if not left.special == right.special == NAN:",
        "if True:",
        SQL_TESTS,
    ),
    Mutant(
        "sql-guard-makes-null-false",
        "the guard against NaN without regard to a null on the other side",
        f"{EMIT}/sql_relation.py",
        "known = [text.is_known(lesser)] if other.nullable else []",
        "known = []",
        SQL_TESTS,
    ),
    Mutant(
        "sql-case-takes-null-for-false",
        "an unknown condition chooses the other branch",
        f"{EMIT}/sql_relation.py",
        "    if not node.args[0].nullable:\n        return text.case((condition, then), otherwise=other)",
        "    if True:\n        return text.case((condition, then), otherwise=other)",
        SQL_TESTS,
    ),
    Mutant(
        "sql-zones-without-end",
        "calendar fields where no engine knows the rules of a zone",
        f"{EMIT}/sql_time.py",
        "low, high = max(low, low - _first_offset(type.zone)), END_OF_ZONES",
        "low, high = max(low, low - _first_offset(type.zone)), high",
        SQL_TESTS,
    ),
    Mutant(
        "sql-lists-skip-null",
        "totals of lists leave nulls out",
        f"{EMIT}/sql_each.py",
        "    if unknown:\n        missing",
        "    if False:\n        missing",
        SQL_TESTS,
    ),
    Mutant(
        "sql-all-ignores-unknown",
        "`all` and `any` of a list with an unknown element",
        f"{EMIT}/sql_each.py",
        "if any(part.nullable for part in parts) or source.nullable:",
        "if False:",
        SQL_TESTS,
    ),
    Mutant(
        "sql-empty-sum-is-null",
        "the sum of an empty list as DuckDB has it",
        f"{EMIT}/sql_each.py",
        "return exp.Coalesce(this=total, expressions=[text.number(0.0)])",
        "return total",
        SQL_TESTS,
    ),
    Mutant(
        "sql-least-of-nan",
        "the least element of a list as DuckDB has it",
        f"{EMIT}/sql_each.py",
        "    if node.args[1].special < NAN:\n        return least",
        "    if True:\n        return least",
        SQL_TESTS,
    ),
    Mutant(
        "sql-least-of-all-nan",
        "`min` of all rows as DuckDB has it",
        f"{EMIT}/sql_aggregate.py",
        "    if node.args[0].special < NAN:\n        return emitter.over_group(exp.Min(this=x))",
        "    if True:\n        return emitter.over_group(exp.Min(this=x))",
        SQL_TESTS,
    ),
    Mutant(
        "sql-dataset-sum-of-nothing",
        "the sum of no rows as DuckDB has it",
        f"{EMIT}/sql_aggregate.py",
        'return text.call("COALESCE", total, text.number(0.0))',
        "return total",
        SQL_TESTS,
    ),
]

READER = "peakguard/expression/pattern_reader.py"
PATTERN_TESTS = ("tests/property/test_pattern_agreement.py",)
PATTERNS = [
    Mutant(
        "pattern-digits-of-all-scripts",
        "`\\d` as each engine has it",
        READER,
        '"d": "0-9",',
        '"d": "\\\\d",',
        PATTERN_TESTS,
    ),
    Mutant(
        "pattern-words-of-all-scripts",
        "`\\w` as each engine has it",
        READER,
        '"w": "0-9A-Za-z_",',
        '"w": "\\\\w",',
        PATTERN_TESTS,
    ),
    Mutant(
        "pattern-dot-as-it-is",
        "`.` as each engine has it",
        READER,
        'return "[^\\\\n]", 1',
        'return ".", 1',
        PATTERN_TESTS,
    ),
]

COLUMNS_TESTS = ("tests/functional/test_columns.py",)
WEAKER_TESTS = ("tests/unit/contract/test_weaker.py",)
CONTRACTS = [
    Mutant(
        "columns-first-of-two-names",
        "of two names of a column that are both there the first counts",
        "peakguard/engines/polars/align.py",
        "if len(present) > 1:",
        "if len(present) > 9:",
        COLUMNS_TESTS,
        "contracts: alignment",
        Fault.SILENT,
    ),
    Mutant(
        "extends-parents-forgotten-by-the-cache",
        "what is known of a file holds whatever becomes of the files it extends",
        "peakguard/pipeline/cache.py",
        "*(own[file] for file in lineage.files)",
        "",
        ("tests/functional/test_extends.py",),
        "contracts: check",
        Fault.STALE,
    ),
    Mutant(
        "extends-rule-keeps-its-condition",
        "a rule that states its expression keeps the condition of the parent's",
        "peakguard/kinds/contract/inherit.py",
        "replaced = _DEMAND",
        'replaced = frozenset({"expr"})',
        ("tests/unit/contract/test_inherit.py",),
        "contracts: check",
        Fault.SILENT,
    ),
    Mutant(
        "extends-lower-bounds-are-free",
        "a lower bound below the parent's is no less of a demand",
        "peakguard/kinds/contract/weaker.py",
        "(own is None or measure(own) < measure(theirs))",
        "own is None",
        WEAKER_TESTS,
        "contracts: check",
        Fault.SILENT,
    ),
    Mutant(
        "extends-keys-are-free",
        "a wider key is no less of a demand",
        "peakguard/kinds/contract/weaker.py",
        "own and set(own) <= set(theirs)",
        "own",
        ("tests/unit/contract/test_weaker.py::test_another_key_is_told",),
        "contracts: check",
        Fault.SILENT,
    ),
    Mutant(
        "extends-missing-is-free",
        "values may be missing where the parent has them",
        "peakguard/kinds/contract/weaker.py",
        '"nullable": _is(value=True)',
        '"nullable": _is(value=None)',
        WEAKER_TESTS,
        "contracts: check",
        Fault.UNKNOWN,
    ),
]

MUTANTS: list[Mutant] = [
    *POLARS, *PYTHON, *SQL, *PATTERNS, *CONTRACTS, *GUARDS, *RUNTIME, *INVARIANTS, *CONFIGS, *STORE, *CACHES, *FILES,
    *BATCH_MUTANTS, *RUNS, *GATES, *STABILITY, *DIFFERENCE, *PAGE, *RULE_TESTS, *CHAOS,
]  # fmt: skip # the lists in order
