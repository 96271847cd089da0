"""What nobody can show because it cannot be, as far as the prover says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from peakguard.api.rule_testing.coverage import items_of
from peakguard.api.rule_testing.missing import prover
from peakguard.api.rule_testing.outcome import Item
from peakguard.api.rule_testing.running import Runner
from peakguard.language.document import Document
from peakguard.language.header import Policy


def ruled_out(documents: Iterable[Document[Policy]], left: Sequence[Item], runner: Runner) -> tuple[Item, ...]:
    """The items that lack what cannot be, and lack nothing else; none where the prover is not installed."""
    if not prover.is_installed():
        return ()
    missing = {(item.policy, item.rule): item for item in left}
    return tuple(_ruled_out(documents, missing, runner))


def _ruled_out(
    documents: Iterable[Document[Policy]], missing: dict[tuple[str, str], Item], runner: Runner
) -> Iterator[Item]:
    for document in documents:
        for key in ((each.policy, each.rule) for each in items_of(document)):
            if key in missing:
                item = missing[key]
                outcomes = [each for each in item.missing if _is_impossible(document.spec, item.rule, each, runner)]
                if outcomes:
                    yield item._replace(possible=tuple(outcomes))


def but(left: Sequence[Item], impossible: Sequence[Item]) -> tuple[Item, ...]:
    """What is left without what cannot be."""
    out = {(each.policy, each.rule, outcome) for each in impossible for outcome in each.possible}
    rest = [
        item._replace(possible=tuple(each for each in item.missing if (item.policy, item.rule, each) not in out))
        for item in left
    ]
    return tuple(item for item in rest if item.possible)


def _is_impossible(spec: Any, rule: str, outcome: str, runner: Runner) -> bool:
    from peakguard.api.rule_testing.missing.prover import config, contract, invariants

    match spec.kind:
        case "contract":
            return contract.is_impossible(runner.subject(spec.name), rule, outcome)
        case "invariants":
            return invariants.is_impossible(spec, rule, outcome)
        case "config":
            return config.is_impossible(spec, rule, outcome)
        case _:
            return False
