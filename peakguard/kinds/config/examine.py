"""One look at a configuration: its files and variables are joined and judged, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import WARNING, Diagnostic, found
from peakguard.kinds.config.environment import overlay
from peakguard.kinds.config.files import File
from peakguard.kinds.config.judge import Judge
from peakguard.kinds.config.judged import Judged, has_errors
from peakguard.kinds.config.layers import layered, stands_in_file
from peakguard.kinds.config.masks import masked
from peakguard.kinds.config.parts import is_secret
from peakguard.kinds.config.renames import move_renamed
from peakguard.kinds.config.rules import (
    Outcome,
    check_agreements,
    check_conditions,
    check_references,
    check_rules,
)
from peakguard.kinds.config.unknown import Homes
from peakguard.kinds.config.variables import variable_in_words
from peakguard.runtime.mode import environment_mode, weakest
from peakguard.runtime.secret_forms import DETECTORS, squeezed
from peakguard.syntax.node import Mapping as Table
from peakguard.syntax.node import Scalar, walk

ENV = "env"
_OF_USABLE = frozenset(
    {codes.CONFIG_REFERENCE, codes.CONFIG_RULE_BROKEN, codes.CONFIG_RULE_UNKNOWN, codes.CONFIG_FILES_DISAGREE}
    | {codes.CONFIG_SECTIONS_DISAGREE, codes.CONFIG_SUM}
)
"""Faults of values that are of their types and in their bounds; without those there is nothing to serve."""


class Examined(NamedTuple):
    """What was found.

    `values` are canonical, None where a file could not be read at all. `origins` says of each given field where its
    value stands, of the others where their default is declared. `texts` are those of the files, as they may
    be shown.
    """

    findings: tuple[Diagnostic, ...]
    values: Mapping[str, Any] | None
    outcomes: tuple[Outcome, ...]
    files: tuple[tuple[str, str | None], ...]
    variables: tuple[str, ...]
    origins: Mapping[str, str]
    texts: Mapping[str, str]

    @property
    def is_good(self) -> bool:
        """Whether it can be used."""
        return self.values is not None and not has_errors(self.findings)


def examine(
    plan: Mapping[str, Any], homes: Homes, root: str, files: Sequence[File], environ: Mapping[str, str]
) -> Examined:
    """Judge a configuration. Never raises for what stands in it.

    Raises PeakguardError (PG2087) for a word in PEAKGUARD_MODE that is no mode.
    """
    findings = [finding for file in files for finding in file.findings]
    read = tuple((file.path, file.digest) for file in files)
    if has_errors(findings):
        # Of half of the files the rest would be judged wrongly.
        return Examined(_sorted(findings), None, (), read, (), {}, masked(files, findings))
    findings += _literal_secrets(plan, files)
    tree = layered(plan, files, findings.append)
    variables = overlay(plan, tree, environ, findings.append)
    move_renamed(plan, tree, findings.append)
    judged = Judged(tree)
    values = Judge(plan, homes, root, judged).whole(tree)
    variables_read = {name: environ.get(name) for name in plan["environment"]["reads"]}
    outcomes = _check_whole(plan, {**values, ENV: variables_read}, judged)
    findings += judged.findings()
    known = {finding.span for finding in findings}
    findings += (each for each in _secret_forms(files) if each.span not in known)
    findings = _under_mode(plan["mode"], environ, findings)
    origins = {**judged.defaults, **{field: str(node.span) for field, node in judged.nodes.items()}}
    return Examined(_sorted(findings), values, tuple(outcomes), read, variables, origins, masked(files, findings))


def _check_whole(plan: Mapping[str, Any], values: Mapping[str, Any], judged: Judged) -> list[Outcome]:
    check_references(values, judged)
    check_conditions(plan, values, judged)
    check_agreements(plan, values, judged)
    return check_rules(plan["rules"], values, judged, plan["fields"])


def _secret_forms(files: Sequence[File]) -> Iterator[Diagnostic]:
    """Texts of files that have the form of a secret, whatever their key; one that is overridden was written too."""
    for file in files:
        if file.tree is None:
            continue
        for field, node in _texts(file.tree, ()):
            detector = _form_of(node.value) if isinstance(node.value, str) else None
            if detector is not None and stands_in_file(node):
                yield found(codes.CONFIG_SECRET_FORM, node.span, field=field, detector=detector)


def _under_mode(mode: str, environ: Mapping[str, str], findings: Sequence[Diagnostic]) -> list[Diagnostic]:
    """What `observe` and `off` leave of the findings about values that could be used."""
    holds = weakest(mode, environment_mode(environ))
    if holds == "off":
        return [each for each in findings if each.code not in _OF_USABLE]
    observed = holds == "observe"
    return [each._replace(severity=WARNING) if observed and each.code in _OF_USABLE else each for each in findings]


def _literal_secrets(plan: Mapping[str, Any], files: Sequence[File]) -> Iterator[Diagnostic]:
    """Secrets that stand in a file, also where the environment says something else."""
    for file in files:
        under = tuple(file.under.split(".")) if file.under is not None else ()
        for field, node in _texts(file.tree, under) if file.tree is not None else ():
            if node.value and stands_in_file(node) and is_secret(plan["fields"], field.split(".")):
                variable = variable_in_words(plan["environment"], plan["fields"], field.split("."))
                yield found(codes.CONFIG_SECRET_LITERAL, node.span, field=field, variable=variable)


def _texts(table: Table, path: tuple[str, ...]) -> Iterator[tuple[str, Scalar]]:
    for key, (_, value) in table.entries.items():
        if isinstance(value, Table):
            yield from _texts(value, (*path, key))
        else:
            for node in walk(value):
                if isinstance(node, Scalar) and isinstance(node.value, str | int | float):
                    yield ".".join((*path, key)), node


def _form_of(text: str) -> str | None:
    low = squeezed(text)
    for name, detector in DETECTORS.items():
        if any(core in low for core in detector.cores) and detector.strike(text) != text:
            return name
    return None


def _sorted(findings: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    once = {(*each.span, each.code, str(each.data)): each for each in findings}
    return tuple(finding for _, finding in sorted(once.items()))
