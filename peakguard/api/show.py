"""What the rules of a policy compile to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from peakguard.api.backend_runs import unused
from peakguard.diagnostics import codes
from peakguard.expression.backends import BACKENDS, texts
from peakguard.expression.scope import Column
from peakguard.language.document import Document
from peakguard.language.header import Policy
from peakguard.language.registry import part
from peakguard.language.shown import Shown
from peakguard.pipeline.bundle import load_bundle
from peakguard.pipeline.project import find_project
from peakguard.runtime.errors import PeakguardError
from peakguard.syntax.node import Node, Path


class Compiled(NamedTuple):
    """A rule, and by back end the text that runs; None where that back end has none."""

    rule: Shown
    texts: Mapping[str, str | None]


class Policies(NamedTuple):
    """A policy with its rules, and the plan of one query that asks all rules about each row; empty if not wanted.

    `program` is the function that runs at every step, where the policy is one of steps.
    """

    document: Document[Policy]
    rules: tuple[Compiled, ...]
    plan: str
    program: str = ""


def show(
    name: str, root: str | None, *, rules: Iterable[str] = (), wanted: Iterable[str] = (*BACKENDS, "plan", "monitor")
) -> Policies:
    """The policy of a name, with all of its rules or those whose ids are given.

    Raises PeakguardError (PG2005) where there is no policy with rules of that name, or no such rule in it, and
    (PG2004) where a back end that is wanted is not installed.
    """
    document, shower = _find(name, root)
    found = list(shower(document))
    ids = set(rules)
    unknown = sorted(ids - {each.id for each in found} - {_short(each.id) for each in found})
    if unknown:
        raise _unknown("rule", unknown[0], [each.id for each in found])
    kept = [each for each in found if not ids or each.id in ids or _short(each.id) in ids]
    wanted = tuple(wanted)
    # Rows are numbered by a column that no rule could mean.
    position = unused("row_number", list(_scope_columns(document)))
    compiled = tuple(Compiled(each, _texts(each, wanted, position)) for each in kept)
    plan = _plan(document, compiled) if "plan" in wanted else ""
    return Policies(document, compiled, plan, _program(document) if "monitor" in wanted and not ids else "")


def _program(document: Document[Policy]) -> str:
    module = part(document.spec.kind, "show")
    return str(module.program(document)) if module is not None and hasattr(module, "program") else ""


def plain(policy: Policies) -> dict[str, Any]:
    """The JSON form."""
    spec, parts = policy.document.spec, _parts(policy.document)
    return {
        "version": 1,
        "kind": spec.kind,
        "name": spec.name,
        "policy_version": spec.version,
        "file": policy.document.file,
        "files": list(dict.fromkeys([policy.document.file, *(node.source.path for _, node in parts)])),
        "parts": [
            {"part": ".".join(map(str, path)), "place": str(node.span), "value": node.plain()} for path, node in parts
        ],
        "rules": [_plain_rule(each) for each in policy.rules],
        "plan": policy.plan,
        **({"monitor": policy.program} if policy.program else {}),
    }


def _parts(document: Document[Policy]) -> list[tuple[Path, Node]]:
    """What the policy consists of, with where each part is written; nothing for one that stands in one file."""
    inherit = part(document.spec.kind, "inherit")
    if inherit is None or "extends" not in document.node.entries:
        return []
    return list(inherit.origins(document))


def _plain_rule(compiled: Compiled) -> dict[str, Any]:
    rule = compiled.rule
    return {
        "id": rule.id,
        "expression": rule.text,
        "place": str(rule.span),
        "reads": list(rule.typed.names),
        "nullable": rule.typed.root.nullable,
        "unknown_where": list(rule.typed.unknown_where),
        "within": list(rule.within),
        "texts": dict(compiled.texts),
    }


def columns_of(name: str, root: str | None) -> Mapping[str, Column]:
    """The columns that the rules of a policy may read, with their types."""
    document, _ = _find(name, root)
    return _scope_columns(document)


def _scope_columns(document: Document[Policy]) -> Mapping[str, Column]:
    scope = part(document.spec.kind, "scope")
    assert scope is not None
    columns: Mapping[str, Column] = scope.scope_of(document.spec).columns
    return columns


def _find(name: str, root: str | None) -> tuple[Document[Policy], Callable[[Document[Any]], Iterator[Shown]]]:
    documents = load_bundle(find_project(root)).documents
    known = []
    for document in documents:
        module = part(document.spec.kind, "show")
        if module is None:
            continue
        known.append(document.spec.name)
        if name in (document.spec.name, f"{document.spec.kind}/{document.spec.name}"):
            return document, module.show
    raise _unknown("policy with rules", name, known)


def _unknown(kind: str, name: str, known: list[str]) -> PeakguardError:
    from peakguard.diagnostics.wording import did_you_mean

    data = {"name": name, "known": ", ".join(known) or "none", "suggestion": did_you_mean(name, known)}
    return PeakguardError(codes.UNKNOWN_POLICY, kind=kind, **data)


def _short(rule: str) -> str:
    """`no_jump` for `rules.no_jump`."""
    return rule.removeprefix("rules.").removeprefix("invariants.")


def _texts(rule: Shown, wanted: tuple[str, ...], position: str) -> Mapping[str, str | None]:
    return texts(
        rule.typed,
        relation=rule.relation,
        is_dataset=rule.is_dataset,
        within=rule.within,
        order=rule.order or (position,),
        wanted=[name for name in BACKENDS if name in wanted],
    )


def _plan(document: Document[Policy], compiled: tuple[Compiled, ...]) -> str:
    from peakguard.engines.polars.plan import optimised_plan
    from peakguard.expression import emit_polars
    from peakguard.expression.type_form import plain as form_of

    columns = _scope_columns(document)
    forms = [{"name": name, "type": form_of(column.type), "values": None} for name, column in columns.items()]
    rows = [each.rule for each in compiled if not each.rule.is_dataset]
    return optimised_plan(forms, {each.id: emit_polars(each.typed, {}, each.within) for each in rows})
