"""Faults put into the judging of data that come in batches, each with the tests that must turn red."""

from __future__ import annotations

from tests.mutation.mutant import Fault, Mutant

ENGINE = "peakguard/engines/polars"
BATCHES = ("tests/property/test_streaming_agreement.py",)
STATISTICS = ("tests/property/test_statistics.py",)

BATCH_MUTANTS = [
    Mutant(
        "batches-wrong-heads-count",
        "the first row of a group is compared with the last one of another",
        f"{ENGINE}/tier_one.py",
        "whole.passed - wrong.passed + mended.passed",
        "whole.passed",
        BATCHES,
        "contracts: rows in order",
        Fault.OFF_BY_ONE,
    ),
    Mutant(
        "batches-signs-not-asked",
        "a division whose divisor is zero somewhere is done without regard to that",
        f"{ENGINE}/row_checks.py",
        'is_right = form == "passes" and kept.issuperset(check["stream"]["signs"])',
        'is_right = form == "passes"',
        BATCHES,
        "contracts: rows in order",
        Fault.SILENT,
    ),
    Mutant(
        "batches-broken-promise-trusted",
        "rules are asked as if a column that holds NaN held none",
        f"{ENGINE}/row_checks.py",
        'verdicts = found.verdicts(check) if form == "passes" else None\n        return outcome_of',
        "verdicts = found.verdicts(check)\n        return outcome_of",
        BATCHES,
        "contracts: verdict",
        Fault.UNKNOWN,
    ),
    Mutant(
        "batches-groups-forgotten",
        "a group that the batch before did not hold begins anew",
        f"{ENGINE}/groups.py",
        "self._rows = self.before(frame).vstack(self._tails[1])",
        "self._rows = self._tails[1]",
        BATCHES,
        "contracts: rows in order",
        Fault.SILENT,
    ),
    Mutant(
        "batches-doubt-forgotten",
        "keys are taken for unique although rows are out of order",
        f"{ENGINE}/row_checks.py",
        "self._doubtful.add(name)",
        "pass",
        BATCHES,
        "contracts: rows in order",
        Fault.SILENT,
    ),
    Mutant(
        "statistics-of-floats",
        "the least and the greatest of floats are believed, which leave NaN out",
        f"{ENGINE}/statistics.py",
        "plain = (library.Int64,",
        "plain = (library.Float64, library.Int64,",
        STATISTICS,
        "contracts: verdict",
        Fault.UNKNOWN,
    ),
    Mutant(
        "statistics-missing-passes",
        "a missing value counts as one that keeps a bound",
        f"{ENGINE}/statistics.py",
        "passed = rows if is_about_null else rows - missing",
        "passed = rows",
        STATISTICS,
        "contracts: verdict",
        Fault.UNKNOWN,
    ),
    Mutant(
        "statistics-of-one-row-group",
        "what the first row group says of missing values holds for all",
        f"{ENGINE}/statistics.py",
        "return not any(each.missing for each in told)",
        "return not told[0].missing",
        STATISTICS,
        "contracts: verdict",
        Fault.SILENT,
    ),
    Mutant(
        "statistics-of-neighbours",
        "a column that another rule reads is not read",
        f"{ENGINE}/statistics.py",
        'if not is_own or check["sampled"] or check["stream"] is not None:',
        'if check["sampled"] or check["stream"] is not None:',
        STATISTICS,
        "contracts: verdict",
        Fault.SILENT,
    ),
]
