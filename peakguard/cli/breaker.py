"""`peakguard breaker ls | open | close | reset`: the breakers that the processes of a host share."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from peakguard.cli.exit_codes import CLEAN
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.runtime.errors import PeakguardError, PolicyError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "action",
        choices=("ls", "open", "close", "reset"),
        help="ls: all of them; open: keep every call away until it is closed; close, reset: let calls through again",
    )
    parser.add_argument("policy", nargs="?", metavar="POLICY", help="the policy, for all but ls")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the report")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Show breakers, or move one. Raises Refusal for one that is not there or not shared."""
    from peakguard.api.breakers import breakers, move

    try:
        if options.action == "ls":
            rows = breakers(options.root)
        else:
            rows = [move(options.policy or "", options.action, options.root)]
    except PolicyError as error:
        raise Refusal(*error.diagnostics) from error
    except PeakguardError as error:
        raise Refusal(found(error.code, Span.whole(options.policy or "breaker"), **error.context)) from error
    if options.format == "json":
        sys.stdout.write(json.dumps({"version": 1, "breakers": rows}, indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{_line(row)}\n" for row in rows or [{}])
    return CLEAN


def _line(row: Mapping[str, Any]) -> str:
    if not row:
        return "no policy has a breaker"
    if row["scope"] == "process":
        return f"{row['policy']}  of each process by itself: `policies.breaker(…)` in the program shows it"
    trial = row["trial_in_seconds"]
    return f"{row['policy']}  {row['state']}" + (f", next trial in {trial:g} s" if trial is not None else "")
