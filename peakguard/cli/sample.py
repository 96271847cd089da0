"""`peakguard sample CONTRACT`: data that satisfies a contract, or breaks exactly one of its rules."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from peakguard.cli.arguments import count
from peakguard.cli.exit_codes import CLEAN
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics.diagnostic import ERROR, Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    from peakguard.kinds.contract.model import Contract
    from peakguard.kinds.contract.sample.made import Sample
    from peakguard.language.document import Document

_FORMATS = ("csv", "parquet", "ndjson")
_ROWS = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("contract", metavar="CONTRACT", help="name of the contract")
    parser.add_argument(
        "-n", type=count, default=_ROWS, metavar="N", dest="rows", help=f"number of rows (default: {_ROWS})"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the same seed gives the same rows")
    parser.add_argument("--out", metavar="FILE", help="write to this file (default: to standard output)")
    parser.add_argument("--format", choices=_FORMATS, help="form of the data (default: by the name of FILE, or csv)")
    parser.add_argument("--break", metavar="RULE", dest="rule", help="break this rule of `validate`, and no other")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Make a sample and write it whole. Raises Refusal where there is none."""
    from peakguard.kinds.contract.sample.made import maker
    from peakguard.runtime.fsops import write_atomic

    document = _document(options)
    try:
        making = maker(document, _format(options), datetime.now(UTC))
        if options.rule is None:
            made = making.sample(options.rows, options.seed)
        else:
            made = making.breaking(options.rule, options.rows, options.seed)
    except PeakguardError as error:
        raise Refusal(found(error.code, document.span("name"), **error.context)) from error
    _print_notes(made, options.rows)
    if options.out is None:
        sys.stdout.buffer.write(made.data)
        return CLEAN
    try:
        write_atomic(options.out, made.data)
    except OSError as error:
        raise Refusal(_unwritable(options.out, error)) from error
    return CLEAN


def _document(options: argparse.Namespace) -> Document[Contract]:
    from peakguard.diagnostics import codes
    from peakguard.diagnostics.wording import did_you_mean
    from peakguard.pipeline.bundle import load_bundle
    from peakguard.pipeline.project import find_project

    bundle = load_bundle(find_project(options.root))
    errors = [finding for finding in bundle.findings if finding.severity == ERROR]
    if errors:
        raise Refusal(*errors)
    documents = {document.spec.name: document for document in bundle.of_kind("contract")}
    if options.contract not in documents:
        known = sorted(documents)
        data = {"kind": "contract", "name": options.contract, "known": ", ".join(known) or "none"}
        suggestion = did_you_mean(options.contract, known)
        raise Refusal(found(codes.UNKNOWN_POLICY, Span.whole(options.contract), suggestion=suggestion, **data))
    return cast("Document[Contract]", documents[options.contract])


def _format(options: argparse.Namespace) -> str:
    if options.format is not None:
        return str(options.format)
    suffix = os.path.splitext(options.out or "")[1].removeprefix(".").lower()
    return suffix if suffix in _FORMATS else "csv"


def _print_notes(made: Sample, wanted: int) -> None:
    """What a reader of the data should know and cannot see in it."""
    if made.verdict.rows != wanted:
        sys.stderr.write(f"note: {made.verdict.rows} rows, not {wanted}, as the contract or the broken rule asks\n")
    for outcome in made.verdict.rules:
        if outcome.state == "skipped":
            sys.stderr.write(f"note: {outcome.id} was not judged: {outcome.reason}\n")


def _unwritable(path: str, error: OSError) -> Diagnostic:
    from peakguard.diagnostics import codes

    return found(codes.UNREADABLE_FILE, Span.whole(path), reason=(error.strerror or str(error)).lower())
