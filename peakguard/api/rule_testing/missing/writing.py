"""Writes proposed cases beside the policies that they are about: into new files, never into one that is there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from peakguard.api.rule_testing.coverage import coverage, items_of
from peakguard.api.rule_testing.missing import given, rows, settings, steps
from peakguard.api.rule_testing.missing.impossible import but, ruled_out
from peakguard.api.rule_testing.missing.proposal import Proposal
from peakguard.api.rule_testing.outcome import Item, RuleTests, Seen
from peakguard.api.rule_testing.running import Runner
from peakguard.kinds.test.model import Suite
from peakguard.language.document import Document
from peakguard.language.header import Policy
from peakguard.pipeline.analyse import analyse
from peakguard.pipeline.bundle import Bundle
from peakguard.pipeline.read import Entry
from peakguard.runtime.fsops import write_atomic
from peakguard.runtime.policy_set import PolicySet

_HEAD = """\
peakguard: 1
kind: test
name: {name}
version: 1.0.0
description: Proposed by peakguard test --write-missing; what stands here is what comes out today. Judge it.
tests:
"""


class Written(NamedTuple):
    """The files that were written, by path from the root with their number of cases, and what was not found.

    `impossible` is apart from that: it was proved that nobody can show it.
    """

    files: Mapping[str, int]
    left: tuple[Item, ...]
    impossible: tuple[Item, ...]


def write_missing(bundle: Bundle, policies: PolicySet, tests: RuleTests) -> Written:
    """Propose cases for everything that the coverage lacks, and write those that pass."""
    runner = Runner(bundle.documents, policies)
    try:
        return _written(bundle, policies, tests, runner)
    finally:
        runner.close()


def _written(bundle: Bundle, policies: PolicySet, tests: RuleTests, runner: Runner) -> Written:
    missing = {(item.policy, item.rule): item for item in tests.coverage.missing}
    taken = {document.spec.name for document in bundle.of_kind("test")}
    files: dict[str, int] = {}
    seen: set[Seen] = set()
    for document in bundle.documents:
        own = [missing[key] for each in items_of(document) if (key := (each.policy, each.rule)) in missing]
        proposals = list(_proposals(document, policies, own, runner)) if own else []
        name = _unused(f"{document.spec.name}-missing", taken)
        good = []
        for proposal in proposals:
            shown = _shown(proposal, name, runner)
            if shown is not None:
                good.append(proposal)
                seen |= shown
        if good:
            taken.add(name)
            path = _path(bundle, document)
            write_atomic(os.path.join(bundle.project.root, path), _text(name, good).encode())
            files[path] = len(good)
    before = {Seen(item.policy, item.rule, each) for item in tests.coverage.items for each in item.seen}
    left = coverage(bundle.documents, before | seen).missing
    impossible = ruled_out(bundle.documents, left, runner)
    return Written(files, but(left, impossible), impossible)


def _proposals(
    document: Document[Policy], policies: PolicySet, missing: Sequence[Item], runner: Runner
) -> Iterator[Proposal]:
    spec: Any = document.spec
    wanted = {(item.rule, outcome) for item in missing for outcome in item.missing}
    match spec.kind:
        case "contract":
            yield from rows.propose(cast("Any", document), runner.subject(spec.name), wanted)
        case "invariants":
            yield from steps.propose(spec, policies.tables("invariants")[spec.name], wanted)
        case "config":
            yield from settings.propose(spec, policies.config(spec.name), wanted)
        case "resilience":
            for name, policy in spec.policies.items():
                parts = {item.rule for item in missing if item.policy == f"resilience {name}"}
                yield from given.of_resilience(name, policy, policies, parts)
        case "errors":
            codes = {item.policy.removeprefix("error ") for item in missing}
            for code in sorted(codes):
                yield given.of_error(code, spec.errors[code], policies)


def _shown(proposal: Proposal, name: str, runner: Runner) -> frozenset[Seen] | None:
    """What a proposed case shows, read and run as it would be written; None where it would not pass."""
    entry = Entry("proposed.test.yaml", _text(name, [proposal]).encode())
    document = analyse(entry).document
    if document is None:
        return None
    result = runner.run(cast("Document[Suite]", document), 0)
    return result.seen if result.ok else None


def _text(name: str, proposals: Sequence[Proposal]) -> str:
    return _HEAD.format(name=name) + "".join(proposal.text() for proposal in proposals)


def _unused(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def _path(bundle: Bundle, document: Document[Policy]) -> str:
    """A new name beside the policy's file; of a policy in an installed package, in the first folder of the project."""
    folder = os.path.dirname(document.file)
    if not os.path.isdir(os.path.join(bundle.project.root, folder)):
        folder = bundle.project.folders[0].shown
    number, path = 1, f"{folder}/{document.spec.name}.missing.test.yaml"
    while os.path.lexists(os.path.join(bundle.project.root, path)):
        number += 1
        path = f"{folder}/{document.spec.name}.missing-{number}.test.yaml"
    return path
