"""`peakguard check`: prove the policies of a project."""

from __future__ import annotations

import argparse
import os
import sys
import time

from peakguard.cli.exit_codes import CLEAN, FINDINGS, USAGE
from peakguard.pipeline.cache import Checked, check_cached
from peakguard.pipeline.project import Project, find_project
from peakguard.reporters.report import Report

_FORMATS = ("text", "json", "sarif", "github", "junit")
_SEVERITIES = ("error", "warning", "info")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("path", nargs="*", metavar="PATH", help="report only findings in these files or folders")
    parser.add_argument("--format", choices=_FORMATS, default="text", help="form of the report (default: text)")
    parser.add_argument("--severity", choices=_SEVERITIES, default="info", help="report nothing less severe")
    parser.add_argument("--strict", action="store_true", help="exit 1 for warnings too")
    parser.add_argument("--resolve", action="store_true", help="import the targets of bindings, and check these too")
    parser.add_argument("--no-cache", action="store_true", help="check everything anew")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Check and report."""
    project = find_project(options.root)
    today = os.environ.get("PEAKGUARD_TODAY") or time.strftime("%Y-%m-%d", time.gmtime())
    checked = check_cached(project, today, use_cache=not options.no_cache)
    if options.resolve:
        checked = _resolved(project, checked)
    found = _report(project, checked, options)
    sys.stdout.write(_render(options.format, found))
    if options.format == "text":
        from peakguard.cli.output import print_run

        print_run()
    return _exit_code(found, checked, strict=options.strict)


def _resolved(project: Project, checked: Checked) -> Checked:
    """The check with what the program itself tells."""
    from peakguard.api.resolve import resolve
    from peakguard.pipeline.unit import diagnostics_from_json

    if any(finding.severity == "error" for finding in diagnostics_from_json(checked.findings)):
        sys.stderr.write("peakguard: the targets of bindings were not looked at, for the policies have errors\n")
        return checked
    more = [list(finding) for finding in resolve(project)]
    return checked._replace(findings=sorted([*checked.findings, *more], key=lambda each: each[2]))


def _report(project: Project, checked: Checked, options: argparse.Namespace) -> Report:
    files = sum(1 for entry in checked.entries if entry.is_policy)
    if not checked.findings and not options.path:
        return Report((), {}, files=files, suppressed=checked.suppressed)
    from peakguard.cli.selection import select
    from peakguard.pipeline.unit import diagnostics_from_json

    findings = diagnostics_from_json(checked.findings)
    shown = select(findings, project, [entry.file for entry in checked.entries], options.path)
    least = _SEVERITIES.index(options.severity)
    shown = tuple(finding for finding in shown if _SEVERITIES.index(finding.severity) <= least)
    texts = {entry.file: entry.data.decode("utf-8", "replace") for entry in checked.entries}
    return Report(shown, texts, files=files, suppressed=checked.suppressed)


def _render(name: str, found: Report) -> str:
    from peakguard.cli.output import wants_colour
    from peakguard.reporters import report

    return report(name, found, colour=name == "text" and wants_colour(sys.stdout))


def _exit_code(found: Report, checked: Checked, *, strict: bool) -> int:
    readable = any(entry.is_policy and entry.finding is None for entry in checked.entries)
    if not readable and any(finding.severity == "error" for finding in found.diagnostics):
        return USAGE
    serious = ("error", "warning") if strict else ("error",)
    return FINDINGS if any(finding.severity in serious for finding in found.diagnostics) else CLEAN
