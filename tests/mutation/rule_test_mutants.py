"""Faults put into the runner of rule tests on purpose, each with the tests that must turn red."""

from __future__ import annotations

from tests.mutation.mutant import Mutant

RUNNER = "peakguard/api/rule_testing"
UNIT = ("tests/unit/api/test_rule_testing.py",)
CLI = "tests/functional/test_rule_tests.py"
CASES = ("tests/conformance/test_cases.py",)
PROVER = f"{RUNNER}/missing/prover"
LAWS = ("tests/property/test_prover_laws.py",)
MISSING = "tests/functional/test_write_missing.py"

RULE_TESTS = [
    Mutant(
        "tests-unknown-is-a-pass",
        "a row of which a rule is unknown counts as one that passes",
        f"{RUNNER}/rules.py",
        "    return None if found == outcome else found\n",
        "    return None if found == outcome or (found, outcome) == (UNKNOWN, PASSES) else found\n",
        UNIT,
    ),
    Mutant(
        "tests-row-off-by-one",
        "what is expected of a row is compared with the row before",
        f"{RUNNER}/rules.py",
        "found = rule.at.get(number, rule.otherwise)",
        "found = rule.at.get(number - 1, rule.otherwise)",
        UNIT,
    ),
    Mutant(
        "tests-nothing-is-unexpected",
        "a row that breaks a rule which no expectation names is passed over",
        f"{RUNNER}/rules.py",
        "    yield from _unexpected(expected, judged, named)",
        "    yield from ()",
        UNIT,
    ),
    Mutant(
        "tests-nowhere-is-ok",
        "a case that no back end could take counts as passed",
        f"{RUNNER}/outcome.py",
        "return not self.mismatches and bool(self.back_ends)",
        "return not self.mismatches",
        UNIT,
    ),
    Mutant(
        "tests-skipped-is-shown",
        "a rule that was skipped counts as shown",
        f"{RUNNER}/rules.py",
        '        if rule.state != "run":\n            continue\n        counts',
        "        counts",
        UNIT,
    ),
    Mutant(
        "tests-unknown-is-shown-in-silence",
        "that something is unknown counts as shown though no case says so",
        f"{RUNNER}/rules.py",
        "is_shown = rule.is_asked and outcome != UNKNOWN",
        "is_shown = rule.is_asked",
        UNIT,
    ),
    Mutant(
        "tests-every-outcome-can-be",
        "a rule whose condition cannot hold where it looks back at nothing should be shown unknown",
        f"{RUNNER}/reachable.py",
        "    if when is None or is_missing or back > _MOST_BACK:\n",
        "    if when is not None or is_missing or back > _MOST_BACK:\n",
        UNIT,
    ),
    Mutant(
        "tests-failed-cases-show",
        "what a failing case has shown counts for the coverage",
        "peakguard/api/rule_tests.py",
        "for result in results if result.ok for each in result.seen",
        "for result in results for each in result.seen",
        (f"{CLI}::test_a_failing_case_has_shown_nothing",),
    ),
    Mutant(
        "tests-weak-coverage",
        "too little coverage does not fail",
        "peakguard/cli/test.py",
        "return CLEAN if tests.ok and not too_little else FINDINGS",
        "return CLEAN if tests.ok else FINDINGS",
        (f"{CLI}::test_coverage_below_what_is_asked_fails",),
    ),
    Mutant(
        "tests-obey-the-environment",
        "PEAKGUARD_MODE=off turns every test of steps green",
        "peakguard/api/rule_tests.py",
        "kept = {name: os.environ.pop(name) for name in _VARIABLES if name in os.environ}",
        "kept: dict[str, str] = {}",
        (f"{CLI}::test_the_environment_decides_nothing",),
    ),
    Mutant(
        "tests-overwrite",
        "proposed cases are written over a file of the user's",
        f"{RUNNER}/missing/writing.py",
        "    while os.path.lexists(os.path.join(bundle.project.root, path)):",
        "    while False:",
        (f"{CLI}::test_what_is_missing_is_written_into_new_files_that_pass",),
    ),
    Mutant(
        "prover-unknown-is-false",
        "the prover takes an unknown verdict for a false one where a part is unknown and another true",
        f"{PROVER}/cells.py",
        "return Cell(opposite(fails), both(opposite(fails), either(*(each.null for each in verdicts))))",
        "return Cell(opposite(either(fails, *(each.null for each in verdicts))))",
        LAWS,
    ),
    Mutant(
        "prover-rounds-towards-zero",
        "the prover divides whole numbers as C does, not as the language says",
        f"{PROVER}/arithmetic.py",
        "z3.If(divisor > 0, a.term / divisor, (-a.term) / (-divisor))",
        "z3.If(a.term > 0, a.term / divisor, -((-a.term) / divisor))",
        LAWS,
    ),
    Mutant(
        "prover-proves-over-roundings",
        "the prover rules out outcomes of sums of floats, which rounding can bring about",
        f"{PROVER}/exact.py",
        "return all(each.type.kind in _COUNTS for each in (node, *node.args))",
        "return True",
        LAWS,
    ),
    Mutant(
        "prover-no-nulls",
        "the prover rules out what only a missing value of a nullable column brings about",
        f"{PROVER}/variables.py",
        'null = self._flag(f"{name}?null") if column.nullable else False',
        "null = False",
        LAWS,
    ),
    Mutant(
        "prover-not-asked",
        "--write-missing searches only, though the prover is installed",
        f"{PROVER}/__init__.py",
        'return find_spec("z3") is not None',
        'return find_spec("z3") is None',
        (f"{MISSING}::test_what_no_search_meets_is_found_and_what_cannot_be_is_told",),
    ),
    Mutant(
        "tests-last-row-is-beyond",
        "the row after the last is taken for one that is there",
        "peakguard/kinds/test/check.py",
        "number >= count + first",
        "number > count + first",
        CASES,
    ),
    Mutant(
        "verify-nan-is-close-to-nan",
        "the columnar form of invariants takes two NaNs for close to each other",
        "peakguard/engines/polars/step_totals.py",
        "is_equal = (apart == 0) | ((a == b) & a.is_not_nan())",
        "is_equal = (apart == 0) | (a == b)",
        UNIT,
    ),
]
