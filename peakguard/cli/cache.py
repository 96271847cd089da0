"""`peakguard cache ls | show | verify | repair | evict | gc | import`: what lies in the caches of a project."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.progress import Progress
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.reporters.caches import lines
from peakguard.runtime.errors import PeakguardError, PolicyError

if TYPE_CHECKING:
    from peakguard.kinds.cache.cache import Cache

_ANY = ("ls", "verify", "repair", "gc")
_ACTIONS = {
    "ls": "list every value: its id, age, size and key",
    "show": "tell all that is known of one value",
    "verify": "compare the digest of every value",
    "repair": "take away what is not whole, so that the next call fetches it; the evidence stays",
    "evict": "forget values",
    "gc": "take away what nobody can be given any more",
    "import": "take in the Parquet files of a folder, each under its path without the suffix",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    children = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, says in _ACTIONS.items():
        child = children.add_parser(name, help=says, description=says)
        child.set_defaults(usage_error=child.error)
        is_any = name in _ANY
        child.add_argument(
            "cache", nargs="?" if is_any else None, metavar="CACHE", help=f"the cache{', or all' * is_any}"
        )
        child.add_argument("--format", choices=("text", "json"), default="text", help="form of the report")
        child.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")
        if name == "show":
            child.add_argument("entry", metavar="ENTRY", help="the key as `ls` shows it, or the beginning of the id")
        elif name == "verify":
            child.add_argument("--deep", action="store_true", help="read all pages, and ask the contract as it is now")
        elif name == "evict":
            child.add_argument("entries", nargs="*", metavar="ENTRY", help="keys as `ls` shows them, or ids")
            child.add_argument("--all", action="store_true", help="all values of the cache")
        elif name == "gc":
            child.add_argument(
                "--evidence-older",
                type=_length,
                metavar="TIME",
                help="damaged files that were kept for longer than this go too, such as 30d",
            )
        elif name == "import":
            child.add_argument("folder", metavar="DIR", help="the folder; its files stay as they are")


def run(options: argparse.Namespace) -> int:
    """Do it, and say what was done. Raises Refusal for a cache or a value that is not there."""
    from peakguard.api.caches import caches

    try:
        rows = _done(options, caches(options.root, options.cache))
    except PolicyError as error:
        raise Refusal(*error.diagnostics) from error
    except PeakguardError as error:
        raise Refusal(found(error.code, Span.whole(options.cache or "cache"), **error.context)) from error
    if options.format == "json":
        sys.stdout.write(json.dumps({"version": 1, "action": options.action, "rows": rows}, indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines(options.action, rows))
    is_bad = any(row.get("reason") for row in rows)
    return FINDINGS if is_bad else CLEAN


def _done(options: argparse.Namespace, there: list[Cache]) -> list[dict[str, Any]]:
    from peakguard.api import caches

    match options.action:
        case "ls":
            return caches.listed(there)
        case "show":
            return [caches.shown(there[0], options.entry)]
        case "verify":
            with closing(_progress("verifying")) as progress:
                return list(caches.verified(there, deep=options.deep, on_progress=progress.of_piece(0)))
        case "repair":
            with closing(_progress("repairing")) as progress:
                return caches.repaired(there, progress.of_piece(0))
        case "evict":
            if not options.entries and not options.all:
                options.usage_error("say which values, or --all")
            return caches.evicted(there[0], options.entries, everything=options.all)
        case "gc":
            return caches.cleaned(there, evidence_older=options.evidence_older)
        case _:
            with closing(_progress("importing")) as progress:
                return list(caches.imported(there[0], options.folder, progress.of_piece(0)))


def _progress(doing: str) -> Progress:
    return Progress(sys.stderr, [1], doing=doing)


def _length(text: str) -> float:
    from peakguard.runtime.lengths import LENGTH, nanoseconds

    if not LENGTH.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no length of time such as 30d or 12h")
    return nanoseconds(text) / 1e9
