"""`peakguard determinism`: a program under one change at a time; the first checkpoint that minds it is named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from tempfile import TemporaryDirectory
from typing import NamedTuple

from peakguard.api.perturbations import PINNED, Perturbation, perturbations
from peakguard.api.policies import load
from peakguard.api.trials import Made, Trial
from peakguard.kinds.reproducibility.comparison import Divergence, divergence, in_lines
from peakguard.kinds.reproducibility.runtime import table_of

_REPEAT = Perturbation("repeat", "nothing is changed")


class Finding(NamedTuple):
    """What came of one change: the first difference, None where there is none.

    `through` is another change that explains it: whoever depends on addresses depends on all that moves objects.
    """

    perturbation: str
    says: str
    first: Divergence | None
    through: str | None = None


class Examined(NamedTuple):
    """What came of all changes. `problem` says why the program could not be run, where it could not."""

    findings: tuple[Finding, ...]
    problem: str | None


def determinism(
    command: Sequence[str],
    seed: int,
    root: str | None = None,
    *,
    only: Sequence[str] = (),
    told: Callable[[str], object] | None = None,
) -> Examined:
    """Run a program once where it is, then in a folder of its own under one change at a time; `told` hears of each.

    Where it gives another result with nothing changed, that is the one finding: the rest could not be told apart.
    Raises PolicyError for a project with errors.
    """
    policies = load(root)
    table = {**table_of(policies), "level": None}
    table["pin"] = {**table["pin"], **PINNED}
    wanted = [_REPEAT, *(how for how in perturbations(table["pin"]) if not only or how.name in only)]
    with TemporaryDirectory(prefix="peakguard-determinism-") as temporary:
        trial = Trial(os.path.realpath(temporary), policies.root or os.getcwd(), table, command, seed)
        first = trial.in_place(_REPEAT)
        base = first if isinstance(first, str) else trial.under(_REPEAT)
        if isinstance(base, str):
            return Examined((), base)
        return Examined(tuple(_findings(base, trial, wanted, told)), None)


def _findings(
    base: Made, trial: Trial, wanted: Iterable[Perturbation], told: Callable[[str], object] | None
) -> Iterable[Finding]:
    found: dict[str, Finding] = {}
    for how in wanted:
        if how.name in found and found[how.name].first is not None:
            continue
        if told is not None:
            told(how.name)
        found[how.name] = Finding(how.name, how.says, _difference(base, trial.under(how)))
        if how is _REPEAT and found[how.name].first is not None:
            break
    return [_explained(each, found.get("memory")) for each in found.values()]


def _explained(finding: Finding, memory: Finding | None) -> Finding:
    is_other = memory is not None and finding is not memory and finding.perturbation != _REPEAT.name
    if not is_other or memory is None or memory.first is None or finding.first is None:
        return finding
    is_same_place = finding.first.artifact == memory.first.artifact
    return finding._replace(through=memory.perturbation) if is_same_place else finding


def _difference(base: Made, other: Made | str) -> Divergence | None:
    if isinstance(other, str):
        return Divergence("the program", None, None, "ran", f"could not be run: {other}")
    contents = (base.archive.content, other.archive.content)
    found = divergence(base.manifest, other.manifest, *contents)
    if found is None and base.stdout != other.stdout:
        return in_lines("stdout", base.stdout, other.stdout)
    return found
