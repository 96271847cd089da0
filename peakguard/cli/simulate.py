"""`peakguard simulate POLICY --outage FILE`: an outage played to a resilience policy, on a clock that costs nothing."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from peakguard.cli.exit_codes import CLEAN
from peakguard.cli.files import write_file
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.runtime.errors import PeakguardError, PolicyError

if TYPE_CHECKING:
    from peakguard.api.simulate import Script

_MOST_CALLS = 2_000_000
"""More would take minutes, and the memory for all that becomes of them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("policy", metavar="POLICY", help="a policy of kind resilience, e.g. kraken.ohlcv")
    parser.add_argument("--outage", required=True, metavar="FILE", help="what the dependency does, in phases")
    parser.add_argument("--rps", type=_rate, default=20.0, metavar="N", help="calls a second (default: 20)")
    parser.add_argument("--even", action="store_true", help="calls come evenly, not at random")
    parser.add_argument("--seed", type=int, default=7, metavar="N", help="of all that is random (default: 7)")
    parser.add_argument("--against", metavar="DIR", help="another project with this policy, to compare with")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the report")
    parser.add_argument("--html", metavar="FILE", help="write a page with pictures too")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Print what becomes of the calls. Raises Refusal for a script or a policy that cannot be had."""
    from peakguard.api.simulate import read_script

    script, findings, sources = read_script(options.outage)
    if script is None:
        raise Refusal(*findings, sources=sources)
    calls = script.outage.seconds * options.rps
    if calls > _MOST_CALLS:
        data = {"found": f"{calls:,.0f} calls (--rps × seconds)", "bound": f"at most {_MOST_CALLS:,}"}
        raise Refusal(found(codes.OUT_OF_RANGE, script.span("phases"), **data), sources=sources)
    runs = [_one(options, script, root) for root in (options.root, options.against)[: 2 if options.against else 1]]
    if options.html is not None:
        from peakguard.reporters.simulation_page import simulation_page

        write_file(options.html, simulation_page(runs, options.outage).encode())
    if options.format == "json":
        shown = runs[0] if len(runs) == 1 else {"version": 1, "runs": runs}
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    else:
        from peakguard.reporters.simulation import simulation_text

        sys.stdout.write(simulation_text(runs, options.outage))
    return CLEAN


def _one(options: argparse.Namespace, script: Script, root: str | None) -> dict[str, Any]:
    from peakguard.api.simulate import simulated

    try:
        return simulated(options.policy, script, root, rps=options.rps, seed=options.seed, poisson=not options.even)
    except PolicyError as error:
        raise Refusal(*error.diagnostics, sources=script.sources) from error
    except PeakguardError as error:
        raise Refusal(found(error.code, Span.whole(options.policy), **error.context)) from error


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1_000_000:
        raise argparse.ArgumentTypeError(f"`{text}` is no number of calls a second, such as 20 or 0.5")
    return rate
