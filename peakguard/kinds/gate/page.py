"""What a gate says of stability testing: its profiles, how its verdict is read, and which test proves which path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from peakguard.kinds.gate.model import CriticalPaths, Gate, Profile, Row
from peakguard.kinds.gate.names import ALL, check_names
from peakguard.language.document import Document
from peakguard.language.markdown import block, bullets, code, table, words
from peakguard.language.page import Section

_CHECKS = {
    "policies": "the policies have no finding",
    "documents": "every generated document is what the policies say now",
    "locks": "no code vanished, was used again or changed its meaning",
    "diff": "what changed for others has the version that it needs, or is accepted with a reason",
    "rule_tests": "cases of rules give what they should, and show enough outcomes",
    "replay": "a reference run gives the same again",
    "chaos": "the program bears the faults of its scenarios, or says clearly that it cannot",
    "critical_paths": "each fault below is met by a test that passes, and that a mutant makes fail",
    "overhead": "guards cost no more than is allowed",
    "determinism": "nothing that should not matter changes a result",
}
_VERDICT = """\
The table has a line for each check: `passed`, `failed`, `inconclusive` or `skipped`, with what to do. Only a gate whose
checks all passed, or are skipped with a reason that still holds, within its budget, is green: it ends with 0, and with
1 otherwise. What cannot run is `failed`; what cannot be decided is `inconclusive`; neither is ever green. Run one check
by itself with `--check NAME`."""


def stability_testing(documents: Sequence[Document[Gate]]) -> Iterator[Section]:
    """The gate of a project, which has one."""
    for document in documents[:1]:
        spec = document.spec
        about = f" {words(spec.description)}" if spec.description else ""
        owner = f" Owner: {words(spec.owner)}." if spec.owner else ""
        yield Section("", f"Gate {code(spec.name)} {spec.version}.{about}{owner}")
        yield Section("Run it", _profiles(spec))
        yield Section("Read the verdict", _verdict(spec))
        if spec.overhead is not None:
            yield Section("What guards may cost", _overhead(spec))
        if spec.critical_paths is not None:
            yield Section("Which test proves what", _proofs(spec.critical_paths))
            yield Section("Where the tests are", _tiers(spec.critical_paths))


def _profiles(spec: Gate) -> str:
    lines = "\n".join(f"peakguard gate --profile {name}" for name in spec.profiles)
    rows = [(code(name), _checks(profile), profile.budget) for name, profile in spec.profiles.items()]
    return f"{block(lines, 'console')}\n\n{table(('profile', 'checks', 'in at most'), rows)}"


def _checks(profile: Profile) -> str:
    shown = ", ".join(code(name) for name in profile.checks)
    return f"{shown} (critical rows, and those whose files changed)" if profile.paths == "critical" else shown


def _verdict(spec: Gate) -> str:
    named = {name for profile in spec.profiles.values() for name in profile.checks}
    asked = [name for name in check_names() if ALL in named or name in named]
    rows = [(code(name), _CHECKS.get(name, "")) for name in asked]
    parts = [_VERDICT, table(("check", "green means"), rows)]
    if spec.skip:
        skipped = [
            f"{code(name)}: {words(each.reason)} It is run again after {each.until}."
            for name, each in spec.skip.items()
        ]
        parts.append("Skipped for now:\n\n" + bullets(skipped))
    return "\n\n".join(parts)


def _overhead(spec: Gate) -> str:
    assert spec.overhead is not None
    overhead = spec.overhead
    what = code(overhead.command or overhead.target or "")
    counted = ""
    if overhead.counted is not None:
        most = f"{overhead.counted.max:.0%} more at most"
        counted = f" Instructions of {code(overhead.counted.target)} are counted too: {most}."
    return (
        f"{what} may take {overhead.max:.0%} more time under its guards, measured bare and guarded in turn, with a run "
        "of the bare one against itself and with a delay planted on purpose: where the first shows a difference or the "
        f"second none, the measurement is not believed.{counted}"
    )


def _proofs(paths: CriticalPaths) -> str:
    critical = sum(row.critical for row in paths.catalogue)
    proven = (
        f"{len(paths.catalogue)} faults, of which {critical} are critical. A row is proven where its test passes, and "
        f"has failed with its mutant, as {code(paths.mutants)} records. All critical rows must be, and a share of "
        f"{paths.min_proven:g} of all."
    )
    renewed = f"\n\nThe record is made anew by:\n\n{block(paths.renew, 'console')}" if paths.renew else ""
    found: dict[str, list[Row]] = {}
    for row in paths.catalogue:
        found.setdefault(row.path, []).append(row)
    listed = [f"**{words(path)}**\n\n{bullets(map(_proof, rows))}" for path, rows in found.items()]
    return "\n\n".join([f"{proven}{renewed}", *listed])


def _proof(row: Row) -> str:
    """A fault with its test and its mutant: names of tests are long, and would stretch a table."""
    critical = " (critical)" if row.critical else ""
    mutant = f", mutant {code(row.mutant)}" if row.mutant is not None else ", no mutant"
    return f"{words(row.fault)}{critical}: {code(row.proven_by)}{mutant}"


def _tiers(paths: CriticalPaths) -> str:
    """The files of tests that prove something, and how each is run."""
    found = Counter(row.proven_by.partition("::")[0] for row in paths.catalogue)
    rows = [(code(f"{paths.runner} {file}"), str(count)) for file, count in sorted(found.items())]
    return table(("run", "faults that it proves"), rows)
