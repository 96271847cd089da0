"""`peakguard diff`: what changed in the meaning of policies, and whether it may be merged."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.files import write_file
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found as finding
from peakguard.diagnostics.span import Span

if TYPE_CHECKING:
    from peakguard.difference.result import Difference

_FORMATS = ("text", "json", "markdown", "github")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "old", nargs="?", metavar="OLD", help="revision, folder or file (default: the merge base with the main branch)"
    )
    parser.add_argument("new", nargs="?", metavar="NEW", help="the same (default: the working tree)")
    parser.add_argument(
        "--perspective",
        choices=("both", "consumer", "producer"),
        default="both",
        help="whose levels count: who relies on what is promised, who keeps it (default: both)",
    )
    parser.add_argument(
        "--transitive", action="store_true", help="compare every release tag behind HEAD with NEW, the one name given"
    )
    parser.add_argument("--format", choices=_FORMATS, default="text", help="form of the report (default: text)")
    parser.add_argument("--changelog", action="store_true", help="print an entry for a changelog instead")
    parser.add_argument("--output", metavar="FILE", help="write the report there, and one line here")
    parser.add_argument("--strict", action="store_true", help="exit 1 for warnings too")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Compare and report."""
    from peakguard.api.difference import compare, compare_releases

    if options.transitive and options.new is not None:
        raise Refusal(finding(codes.OPTIONS_CONFLICT, Span.whole("--transitive"), option="--transitive", other="OLD"))
    if options.transitive:
        found = compare_releases(options.old, options.root, perspective=options.perspective)
    else:
        found = [compare(options.old, options.new, options.root, perspective=options.perspective)]
    text = _changelog(found) if options.changelog else _render(options.format, found, is_written=bool(options.output))
    if options.output is not None:
        from peakguard.reporters.difference import summary

        write_file(options.output, text.encode())
        sys.stdout.writelines(f"{summary(each)}\n" for each in found)
    else:
        sys.stdout.write(text)
    has_findings = any(each.findings if options.strict else each.refused for each in found)
    return FINDINGS if has_findings else CLEAN


def _changelog(found: Sequence[Difference]) -> str:
    from peakguard.reporters.difference_changelog import changelog

    return changelog(found[0])


def _render(form: str, found: Sequence[Difference], *, is_written: bool) -> str:
    if form == "json":
        from peakguard.reporters.difference_json import difference_json

        return difference_json(found)
    if form == "markdown":
        from peakguard.reporters.difference_markdown import difference_markdown

        return difference_markdown(found)
    if form == "github":
        from peakguard.reporters.github import render
        from peakguard.reporters.report import Report

        told = {(str(finding.span), finding.message): finding for each in found for finding in each.findings}
        return render(Report(tuple(told.values()), {}, files=0))
    from peakguard.cli.output import wants_colour
    from peakguard.reporters.difference import difference_text

    return difference_text(found, colour=not is_written and wants_colour(sys.stdout))
