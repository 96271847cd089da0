"""`peakguard adopt PATH`: the boundaries of a code base, and which of them are guarded."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from typing import Any

from peakguard.api.adopt import Adoption, Place, adopt
from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span

_SORTS = ("reader", "network", "writer")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a folder or a file (default: here)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the report")
    parser.add_argument("--draft", action="store_true", help="print a policy for what is not guarded, to begin with")
    parser.add_argument("--fail-under", type=_percent, metavar="PERCENT", help="exit 1 when fewer are guarded")
    parser.add_argument(
        "--root", metavar="DIR", help="root of the project with the policies (default: found from here)"
    )


def run(options: argparse.Namespace) -> int:
    """Report. Raises Refusal for a path that is not there."""
    if not os.path.exists(options.path):
        raise Refusal(found(codes.UNREADABLE_FILE, Span.whole(options.path), reason="no such file or folder"))
    adoption = adopt(options.path, options.root)
    sys.stdout.write(_text(adoption, options))
    guarded, whole = adoption.share()
    is_short = options.fail_under is not None and 100 * guarded < options.fail_under * whole
    return FINDINGS if is_short or adoption.unreadable else CLEAN


def _text(adoption: Adoption, options: argparse.Namespace) -> str:
    if options.draft:
        from peakguard.adoption.draft import draft

        return draft(place.boundary for place in adoption.places if not place.is_bound)
    plain = _plain(adoption)
    if options.format == "json":
        return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"
    from peakguard.reporters.adoption import adoption_text

    return adoption_text(plain)


def _plain(adoption: Adoption) -> dict[str, Any]:
    """The JSON form."""
    guarded, whole = adoption.share()
    return {
        "version": 1,
        "guarded": guarded,
        "guardable": whole,
        "sorts": {sort: _count(sort, adoption.places) for sort in _SORTS},
        "silences": sum(1 for place in adoption.places if place.boundary.sort == "silence"),
        "files": adoption.files,
        "tests": adoption.tests,
        "unreadable": [list(each) for each in adoption.unreadable],
        "boundaries": [
            {
                **place.boundary._asdict(),
                "target": place.boundary.target,
                "more": place.more,
                "guards": list(place.guards),
            }
            for place in adoption.places
        ],
    }


def _count(sort: str, places: Iterable[Place]) -> list[int]:
    found_places = [place for place in places if place.boundary.sort == sort]
    return [sum(1 for place in found_places if place.guards), len(found_places)]


def _percent(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 100:
        raise argparse.ArgumentTypeError("a share lies between 0 and 100")
    return share
