"""`peakguard docs`: write the documents that follow from the policies, or tell whether they are fresh."""

from __future__ import annotations

import argparse
import os
import sys

from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import ERROR, found
from peakguard.diagnostics.span import Span
from peakguard.pipeline.bundle import load_bundle
from peakguard.pipeline.project import find_project
from peakguard.render.documents import documents
from peakguard.runtime.fsops import write_if_changed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a document is stale")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Write or compare every document. Raises Refusal where the policies hold errors."""
    bundle = load_bundle(find_project(options.root))
    errors = [finding for finding in bundle.findings if finding.severity == ERROR]
    if errors:
        raise Refusal(*errors)
    wanted = {os.path.join(bundle.project.root, path): text.encode() for path, text in documents(bundle).items()}
    if options.check:
        return _compare(bundle.project.root, wanted)
    written = [path for path, data in wanted.items() if write_if_changed(path, data)]
    for path in written:
        sys.stdout.write(f"wrote {os.path.relpath(path, bundle.project.root)}\n")
    if not written:
        sys.stdout.write(f"{len(wanted)} documents are up to date\n")
    return CLEAN


def _compare(root: str, wanted: dict[str, bytes]) -> int:
    from peakguard.cli.output import wants_colour
    from peakguard.reporters import report
    from peakguard.reporters.report import Report

    stale = [path for path, data in wanted.items() if _content(path) != data]
    findings = [found(codes.STALE_DOCUMENT, Span.whole(os.path.relpath(path, root))) for path in stale]
    shown = Report(tuple(findings), {}, files=len(wanted))
    sys.stdout.write(report("text", shown, colour=wants_colour(sys.stdout)))
    return FINDINGS if stale else CLEAN


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
