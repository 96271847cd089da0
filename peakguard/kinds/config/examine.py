"""One look at a configuration: its files and variables are read, joined and judged, and nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.kinds.config.environment import MARK, overlay
from peakguard.kinds.config.files import File, Wanted, read_file
from peakguard.kinds.config.judge import Judge
from peakguard.kinds.config.judged import Judged, has_errors
from peakguard.kinds.config.layers import layered
from peakguard.kinds.config.renames import move_renamed
from peakguard.kinds.config.rules import (
    Outcome,
    check_agreements,
    check_conditions,
    check_references,
    check_rules,
)
from peakguard.kinds.config.unknown import Homes
from peakguard.runtime.secret_forms import DETECTORS, squeezed
from peakguard.syntax.node import Mapping as Table
from peakguard.syntax.node import Scalar, walk

ENV = "env"


class Examined(NamedTuple):
    """What was found.

    `values` are canonical, None where a file could not be read at all. `origins` says of each given field where its
    value stands, of the others where their default is declared. `texts` are the texts of the files by their paths.
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
    plan: Mapping[str, Any], homes: Homes, root: str, wanted: Sequence[Wanted], environ: Mapping[str, str]
) -> Examined:
    """Judge a configuration. Never raises for what stands in it."""
    files = [read_file(each) for each in wanted]
    findings = [finding for file in files for finding in file.findings]
    read = tuple((file.path, file.digest) for file in files)
    texts = {file.path: file.tree.source.text for file in files if file.tree is not None}
    if has_errors(findings):
        # Of half of the files the rest would be judged wrongly.
        return Examined(_sorted(findings), None, (), read, (), {}, texts)
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
    origins = {**judged.defaults, **{field: str(node.span) for field, node in judged.nodes.items()}}
    return Examined(_sorted(findings), values, tuple(outcomes), read, variables, origins, texts)


def _check_whole(plan: Mapping[str, Any], values: Mapping[str, Any], judged: Judged) -> list[Outcome]:
    check_references(values, judged)
    check_conditions(values, judged)
    check_agreements(plan["agree"], values, judged)
    return check_rules(plan["rules"], values, judged, secrets_of(plan["fields"]))


def secrets_of(fields: Mapping[str, Any], path: tuple[str, ...] = ()) -> frozenset[str]:
    """The paths of all secrets outside maps."""
    return frozenset(_secrets(fields, path))


def _secrets(fields: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    for name, part in fields.items():
        if part["is"] == "field" and part["secret"]:
            yield ".".join((*path, name))
        elif part["is"] == "table":
            yield from _secrets(part["fields"], (*path, name))
        elif part["is"] == "union":
            for inner in (part["common"], *part["variants"].values()):
                yield from _secrets(inner, (*path, name))


def _secret_forms(files: Sequence[File]) -> Iterator[Diagnostic]:
    """Texts of files that have the form of a secret, whatever their key; one that is overridden was written too."""
    for file in files:
        if file.tree is None:
            continue
        for field, node in _texts(file.tree, ()):
            detector = _form_of(str(node.value))
            if detector is not None and not node.source.path.startswith(MARK):
                yield found(codes.CONFIG_SECRET_FORM, node.span, field=field, detector=detector)


def _texts(table: Table, path: tuple[str, ...]) -> Iterator[tuple[str, Scalar]]:
    for key, (_, value) in table.entries.items():
        if isinstance(value, Table):
            yield from _texts(value, (*path, key))
        else:
            for node in walk(value):
                if isinstance(node, Scalar) and isinstance(node.value, str):
                    yield ".".join((*path, key)), node


def _form_of(text: str) -> str | None:
    low = squeezed(text)
    for name, detector in DETECTORS.items():
        if any(core in low for core in detector.cores) and detector.strike(text) != text:
            return name
    return None


def _sorted(findings: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(findings, key=lambda each: (*each.span, each.code)))
