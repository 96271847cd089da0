"""`peakguard explain CODE`: print the page of a code, ours or the operator's."""

from __future__ import annotations

import argparse
import sys
from typing import cast

from peakguard.cli.exit_codes import CLEAN
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.errors.model import ActiveError, Errors
from peakguard.pipeline.bundle import load_bundle
from peakguard.pipeline.own_catalog import own_project
from peakguard.pipeline.project import find_project
from peakguard.render.check_page import check_section
from peakguard.render.error_page import error_section
from peakguard.render.plain import plain


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("code", metavar="CODE", help="code or slug, such as PG204, unknown_key or PT-1103")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Print the page. Raises Refusal for a code that nothing declares."""
    known: list[str] = []
    for is_own, project in ((True, own_project()), (False, find_project(options.root))):
        for document in load_bundle(project).of_kind("errors"):
            spec = cast("Errors", document.spec)
            for code, entry in spec.errors.items():
                known += [code, getattr(entry, "slug", code)]
                if options.code.casefold() in (code.casefold(), getattr(entry, "slug", "")):
                    page = (
                        check_section(code, entry)
                        if is_own and isinstance(entry, ActiveError)
                        else error_section(spec, code)
                    )
                    sys.stdout.write(plain(page))
                    sys.stdout.write(f"\ndeclared at {document.key_span('errors', code)}\n")
                    return CLEAN
    suggestion = did_you_mean(options.code, known)
    raise Refusal(found(codes.UNKNOWN_CODE, Span.whole(options.code), found=options.code, suggestion=suggestion))
