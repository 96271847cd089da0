"""`peakguard schema KIND`: the JSON Schema of a kind, and the line that points an editor to it."""

from __future__ import annotations

import argparse
import json
import os
import sys

from peakguard.cli.exit_codes import CLEAN
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.diagnostics.wording import did_you_mean
from peakguard.language.registry import kind_names
from peakguard.pipeline.project import STATE, find_project
from peakguard.render.json_schema import json_schema
from peakguard.runtime.fsops import write_if_changed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("kind", nargs="?", metavar="KIND", help="the kind (default: any kind, told apart by `kind:`)")
    parser.add_argument(
        "--write", action="store_true", help=f"write all schemas to {STATE}/schemas/ and print modelines"
    )
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Print or write. Raises Refusal for an unknown kind."""
    if options.kind is not None and options.kind not in kind_names():
        data = {"found": options.kind, "known": ", ".join(kind_names())}
        suggestion = did_you_mean(options.kind, kind_names())
        raise Refusal(found(codes.UNKNOWN_KIND, Span.whole("schema"), suggestion=suggestion, **data))
    if not options.write:
        sys.stdout.write(_text(options.kind))
        return CLEAN
    folder = os.path.join(find_project(options.root).root, STATE, "schemas")
    for kind in kind_names() if options.kind is None else (options.kind,):
        path = os.path.join(folder, f"{kind}.schema.json")
        write_if_changed(path, _text(kind).encode(), durability="rename")
        sys.stdout.write(f"# yaml-language-server: $schema=../{STATE}/schemas/{kind}.schema.json\n")
        sys.stdout.write(f"#:schema ../{STATE}/schemas/{kind}.schema.json\n")
    return CLEAN


def _text(kind: str | None) -> str:
    return json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"
