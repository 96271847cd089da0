"""`peakguard validate NAME FILE…`: validate data files against a contract, or a configuration against its policy."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import closing, redirect_stdout
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from peakguard.cli.advice import advice_on
from peakguard.cli.arguments import count, moment, reference
from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.output import print_run, wants_colour
from peakguard.cli.progress import Progress
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.reporters import REPORTERS, VERDICT_FORMATS, verdict_report
from peakguard.reporters.validation import Validation, breaks
from peakguard.runtime.errors import PeakguardError, PolicyError
from peakguard.runtime.violation import Output, Verdict

if TYPE_CHECKING:
    from peakguard.kinds.contract.runtime import Contract
    from peakguard.runtime.policy_set import PolicySet

_FORMATS = tuple(dict.fromkeys([*VERDICT_FORMATS, *REPORTERS]))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("contract", metavar="NAME", help="name of a contract, or of a config policy")
    parser.add_argument(
        "data",
        nargs="*",
        metavar="FILE",
        help="data: .parquet .csv .tsv .arrow .ndjson; of a configuration its layers: .toml .yaml .json",
    )
    parser.add_argument("--profile", metavar="NAME", help="profile of a configuration (default: PEAKGUARD_PROFILE)")
    parser.add_argument("--format", choices=_FORMATS, default="text", help="form of the report")
    parser.add_argument("--html", metavar="FILE", help="write the report as one page of HTML, too")
    parser.add_argument(
        "--examples", type=count, default=5, metavar="N", help="rows to show for each rule (default: 5)"
    )
    parser.add_argument(
        "--reference",
        type=reference,
        action="append",
        default=[],
        metavar="NAME=PATH",
        help="the data of a contract that this one refers to; once for each",
    )
    parser.add_argument(
        "--now", type=moment, metavar="TIME", help="what `freshness` is measured against, e.g. 2026-01-02T00:00:00Z"
    )
    parser.add_argument("--out-valid", metavar="FILE", help="write the rows that pass to this file")
    parser.add_argument("--quarantine", metavar="FILE", help="set the rows that break the contract aside in this file")
    parser.add_argument("--fail-fast", action="store_true", help="stop at the first file that breaks the contract")
    parser.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="a progress bar on a terminal when it takes more than a second (default: yes)",
    )
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")
    parser.set_defaults(refuse=parser.error)


def run(options: argparse.Namespace) -> int:
    """Validate every file; exit 1 when one breaks the contract, whatever became of its rows."""
    policies = _policies(options)
    if options.contract in policies.names("config") and options.contract not in policies.names("contract"):
        from peakguard.cli import validate_config

        return validate_config.run(policies.config(options.contract), options)
    if not options.data or options.format not in VERDICT_FORMATS:
        options.refuse(f"a contract takes data files, and a format of {', '.join(VERDICT_FORMATS)}")
    if options.profile is not None:
        options.refuse("--profile is for a configuration, not for data")
    _check_outputs(options)
    contract = _contract(policies, options)
    validation = _validate(options, contract)._replace(places=contract.places)
    if options.format == "text":
        validation = validation._replace(advice=advice_on(policies, validation))
    if options.html is not None:
        from peakguard.cli.validate_page import write_page

        write_page(options, policies.digest, validation, options.now or datetime.now(UTC))
    colour = options.format == "text" and wants_colour(sys.stdout)
    sys.stdout.write(verdict_report(options.format, validation, colour=colour))
    if options.format == "text":
        print_run()
    return FINDINGS if any(breaks(verdict) for verdict in validation.verdicts.values()) else CLEAN


def _policies(options: argparse.Namespace) -> PolicySet:
    from peakguard.api.policies import load

    try:
        return load(options.root)
    except PolicyError as error:
        raise Refusal(*(finding for finding in error.diagnostics if finding.severity == "error")) from error


def _contract(policies: PolicySet, options: argparse.Namespace) -> Contract:
    try:
        contract = policies.contract(options.contract)
    except PeakguardError as error:
        raise Refusal(_finding(error, options.contract)) from error
    if contract.calls:
        from peakguard.pipeline.project import find_project

        # Last, so that no module of the project stands in for a library.
        sys.path.append(find_project(options.root).root)
    return contract


def _validate(options: argparse.Namespace, contract: Contract) -> Validation:
    paths = list(dict.fromkeys(options.data))
    verdicts: dict[str, Verdict] = {}
    outputs: tuple[Output, ...] = ()
    sizes = [_size(path) for path in paths]
    with closing(Progress(sys.stderr, sizes, is_wanted=options.progress)) as progress:
        for index, path in enumerate(paths):
            verdicts[path], outputs = _inspect(contract, path, options, progress.of_piece(index))
            progress.of_piece(index)(1, 1)
            if options.fail_fast and breaks(verdicts[path]):
                break
    return Validation(verdicts, tuple(paths[len(verdicts) :]), outputs)


def _check_outputs(options: argparse.Namespace) -> None:
    """Refuse what cannot be written before anything is read."""
    for option, path in (("--out-valid", options.out_valid), ("--quarantine", options.quarantine)):
        number = len(dict.fromkeys(options.data))
        if path is not None and number > 1:
            raise Refusal(found(codes.OUTPUT_OF_SEVERAL, Span.whole(path), option=option, count=number))


def _inspect(
    contract: Contract, path: str, options: argparse.Namespace, on_progress: Callable[[int, int], None]
) -> tuple[Verdict, tuple[Output, ...]]:
    references = dict(options.reference)
    given: Any = {"examples": options.examples, "references": references, "now": options.now}
    given["on_progress"] = on_progress
    try:
        # What a function of the operator prints is no part of the report.
        with redirect_stdout(sys.stderr):
            if options.out_valid is None and options.quarantine is None:
                return contract.inspect_file(path, **given), ()
            settled = contract.split_file(path, valid=options.out_valid, quarantine=options.quarantine, **given)
            return settled.verdict, settled.outputs
    except PeakguardError as error:
        place = error.context.get("output") or references.get(error.context.get("contract", ""), path)
        raise Refusal(_finding(error, place)) from error


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0  # whoever reads the file says what is wrong with it


def _finding(error: PeakguardError, place: str) -> Diagnostic:
    line, column = error.context.get("line", 0), error.context.get("column", 1)
    file = error.context.get("file", place)
    span = Span(file, line, column, line, column) if line else Span.whole(file)
    return found(error.code, span, **error.context)
