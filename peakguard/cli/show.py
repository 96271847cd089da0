"""`peakguard show NAME`: what the rules of a policy compile to, as it really runs, and what guards do around a call."""

from __future__ import annotations

import argparse
import json
import sys

from peakguard.api.policies import check
from peakguard.api.show import plain, show
from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.output import wants_colour
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.reporters import report
from peakguard.reporters.report import Report
from peakguard.runtime.errors import PeakguardError, PolicyError

_FORMS = ("python", "polars", "sql", "plan", "monitor")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("name", metavar="NAME", help="a policy with rules, such as a contract, or a binding")
    parser.add_argument("--rule", action="append", default=[], metavar="ID", help="only this rule; may be repeated")
    parser.add_argument(
        "--backend", action="append", choices=_FORMS, default=[], help="only this form; may be repeated"
    )
    parser.add_argument("--resolve", action="store_true", help="of a binding: import its target, and show the wrapper")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the report")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Print the generated texts; exit 1 where the policy has errors, whose rules have none.

    Raises Refusal for an unknown policy or rule.
    """
    from peakguard.api.show_guards import is_guard

    if is_guard(options.name, options.root):
        return _show_guards(options)
    wanted = tuple(options.backend) or _FORMS
    try:
        policy = plain(show(options.name, options.root, rules=options.rule, wanted=wanted))
    except PeakguardError as error:
        raise Refusal(found(error.code, Span.whole("show"), **error.context)) from error
    if options.format == "json":
        sys.stdout.write(json.dumps(policy, indent=2, ensure_ascii=False) + "\n")
    else:
        from peakguard.reporters.compiled import compiled_text

        sys.stdout.write(compiled_text(policy))
    errors = [each for each in check(options.root) if each.severity == "error" and each.span.file in policy["files"]]
    if errors:
        sys.stderr.write(report("text", Report(errors, {}, files=1), colour=wants_colour(sys.stderr)))
    return FINDINGS if errors else CLEAN


def _show_guards(options: argparse.Namespace) -> int:
    """Print what guards do. Raises Refusal where the policies have errors, or the program cannot be imported."""
    from peakguard.api.show_guards import guards

    try:
        found_guards = guards(options.name, options.root, resolve=options.resolve)
    except PolicyError as error:
        raise Refusal(*error.diagnostics) from error
    except PeakguardError as error:
        raise Refusal(found(error.code, Span.whole("show"), **error.context)) from error
    if options.format == "json":
        sys.stdout.write(json.dumps({"version": 1, "guards": found_guards}, indent=2, ensure_ascii=False) + "\n")
    else:
        from peakguard.reporters.guards import guards_text

        sys.stdout.write(guards_text(found_guards))
    return FINDINGS if any(guard.get("faults") for guard in found_guards) else CLEAN
