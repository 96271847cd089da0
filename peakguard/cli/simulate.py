"""`peakguard simulate POLICY --outage FILE`: an outage played to a resilience policy, on a clock that costs nothing."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from peakguard.cli.exit_codes import CLEAN
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.runtime.errors import PeakguardError, PolicyError

_MOST_CALLS = 2_000_000


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
    from peakguard.api.simulate import read_outage

    outage, findings, sources = read_outage(options.outage)
    if outage is None:
        raise Refusal(*findings, sources=sources)
    if outage.seconds * options.rps > _MOST_CALLS:
        sys.stderr.write(f"peakguard: {outage.seconds * options.rps:,.0f} calls; this takes a while\n")
    runs = [_one(options, outage, root) for root in (options.root, options.against)[: 2 if options.against else 1]]
    if options.html is not None:
        from peakguard.reporters.simulation_page import simulation_page
        from peakguard.runtime.fsops import write_atomic

        write_atomic(options.html, simulation_page(runs, options.outage).encode())
    if options.format == "json":
        shown = runs[0] if len(runs) == 1 else {"version": 1, "runs": runs}
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    else:
        from peakguard.reporters.simulation import simulation_text

        sys.stdout.write(simulation_text(runs, options.outage))
    return CLEAN


def _one(options: argparse.Namespace, outage: Any, root: str | None) -> dict[str, Any]:
    from peakguard.api.simulate import simulated

    try:
        return simulated(options.policy, outage, root, rps=options.rps, seed=options.seed, poisson=not options.even)
    except PolicyError as error:
        raise Refusal(*error.diagnostics) from error
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
