"""`peakguard test`: run the tests of policies, and tell which rules they have shown."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing, redirect_stdout
from typing import TYPE_CHECKING, Any

from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.files import write_file
from peakguard.cli.progress import Progress
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import ERROR, found
from peakguard.diagnostics.span import Span
from peakguard.reporters.rule_tests import FORMATS, render

if TYPE_CHECKING:
    from peakguard.api.rule_testing.outcome import RuleTests


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "words", nargs="*", metavar="NAME", help="a suite, a policy, a case, or a file or folder of tests"
    )
    parser.add_argument(
        "-k",
        dest="expressions",
        action="append",
        default=[],
        metavar="EXPR",
        help="cases whose names fit, e.g. 'ohlcv and not volume'",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="form of the report (default: text)")
    parser.add_argument("--output", metavar="FILE", help="write the report to this file, and only the text here")
    parser.add_argument("--coverage", action="store_true", help="list the rules that no test has shown")
    parser.add_argument("--min-coverage", type=_share, metavar="SHARE", help="fail below this share, 0..1, or 95%%")
    parser.add_argument(
        "--write-missing",
        action="store_true",
        help="propose cases for what was never seen, in new files beside the policies",
    )
    parser.set_defaults(refuse=parser.error)
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Run the cases; exit 1 where one fails, or too little was shown."""
    from peakguard.api.rule_testing.plain import plain

    is_partial = bool(options.words or options.expressions)
    if is_partial and options.write_missing:
        options.refuse("--write-missing is about what all tests together have not shown; leave the names out")
    tests = _tests(options)
    report = plain(tests)
    how: dict[str, Any] = {"lists_missing": options.coverage or options.min_coverage is not None}
    if options.output is not None:
        write_file(options.output, render(options.format, report, **how).encode())
    form = "text" if options.output is not None else options.format
    if form == "text":
        from peakguard.cli.output import wants_colour

        how["colour"] = wants_colour(sys.stdout)
    sys.stdout.write(render(form, report, **how))
    if form == "text" and not is_partial and not how["lists_missing"]:
        from peakguard.reporters.rule_tests import coverage_line

        sys.stdout.write(f"{coverage_line(report['coverage'])}\n")
    if options.write_missing:
        _write_missing(tests, options)
    too_little = options.min_coverage is not None and tests.coverage.share < options.min_coverage
    return CLEAN if tests.ok and not too_little else FINDINGS


def _write_missing(tests: RuleTests, options: argparse.Namespace) -> None:
    """Write and tell it, on stderr: the report is of the tests that ran."""
    from peakguard.api.rule_tests import write_missing

    try:
        with redirect_stdout(sys.stderr):
            written = write_missing(tests, options.root)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Refusal(found(codes.OUTPUT_UNWRITABLE, Span.whole(str(error.filename)), reason=reason)) from error
    for path, count in written.files.items():
        sys.stderr.write(f"wrote {path}: {count} case{'s' if count != 1 else ''}\n")
    for item in written.impossible:
        outcomes = ", ".join(item.missing)
        sys.stderr.write(f"impossible: {item.policy} {item.rule} {outcomes}: no values give it that ({item.span})\n")
    for item in written.left:
        sys.stderr.write(f"not found: {item.policy} {item.rule} {', '.join(item.missing)} ({item.span})\n")


def _tests(options: argparse.Namespace) -> RuleTests:
    from peakguard.api.rule_testing.choosing import choosing
    from peakguard.api.rule_tests import run_rule_tests
    from peakguard.pipeline.project import find_project
    from peakguard.runtime.errors import PolicyError

    project = find_project(options.root)
    chosen = choosing(options.words, options.expressions, project.root)
    known: list[str] = []

    def noted(suite: Any, index: int) -> bool:
        known.append(suite.spec.name)
        return chosen(suite, index)

    try:
        with closing(Progress(sys.stderr, [1], doing="testing")) as progress, redirect_stdout(sys.stderr):
            tests = run_rule_tests(options.root, chosen=noted, on_progress=progress.of_piece(0))
    except PolicyError as error:
        raise Refusal(*(finding for finding in error.diagnostics if finding.severity == ERROR)) from error
    if not tests.cases and not options.write_missing:
        raise Refusal(_none_chosen(options, list(dict.fromkeys(known)), project.root))
    return tests


def _none_chosen(options: argparse.Namespace, known: list[str], root: str) -> Any:
    from peakguard.diagnostics.wording import did_you_mean

    words = [f"`{word}`" for word in (*options.words, *options.expressions)]
    suggestion = did_you_mean(options.words[0], known) if options.words else ""
    data = {"words": ", ".join(words) or "this project", "known": ", ".join(known) or "none", "suggestion": suggestion}
    return found(codes.NO_TEST_CHOSEN, Span.whole(root), **data)


def _share(text: str) -> float:
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"`{text}` is no share such as 0.95 or 95%")
    return share
