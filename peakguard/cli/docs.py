"""`peakguard docs`: write the documents that follow from the policies, or tell whether they are fresh."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from peakguard.cli.command_lines import commands_in, problem_of
from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import ERROR, Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.kinds.errors.model import ActiveError, Errors
from peakguard.pipeline.bundle import Bundle, load_bundle
from peakguard.pipeline.project import find_project
from peakguard.render.documents import FOR_PEOPLE, MARKER, documents
from peakguard.runtime.fsops import remove_if_there, write_if_changed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a document is stale")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")


def run(options: argparse.Namespace) -> int:
    """Write or compare every document. Raises Refusal where the policies hold errors, or a file is not ours."""
    bundle = load_bundle(find_project(options.root))
    errors = [finding for finding in bundle.findings if finding.severity == ERROR]
    if errors:
        raise Refusal(*errors)
    wanted = {path: text.encode() for path, text in documents(bundle).items()}
    root = bundle.project.root
    left = [path for path in FOR_PEOPLE if path not in wanted and _is_ours(root, path)]
    problems = [*_misspelt(bundle), *_not_ours(root, wanted)]
    if options.check:
        return _compare(bundle, wanted, left, problems)
    if problems:
        raise Refusal(*problems, sources=_texts(bundle))
    written = [path for path, data in wanted.items() if write_if_changed(os.path.join(root, path), data)]
    sys.stdout.writelines(f"wrote {path}\n" for path in written)
    for path in left:
        remove_if_there(os.path.join(root, path))
        sys.stdout.write(f"removed {path}, which no policy asks for\n")
    if not (written or left):
        sys.stdout.write(f"{len(wanted)} documents are up to date\n")
    return CLEAN


def _compare(bundle: Bundle, wanted: Mapping[str, bytes], left: Sequence[str], problems: Sequence[Diagnostic]) -> int:
    from peakguard.cli.output import wants_colour
    from peakguard.reporters import report
    from peakguard.reporters.report import Report

    foreign = {problem.span.file for problem in problems}
    stale = [
        path for path, data in wanted.items() if path not in foreign and _content(bundle.project.root, path) != data
    ]
    findings = [*problems, *(found(codes.STALE_DOCUMENT, Span.whole(path)) for path in (*stale, *left))]
    shown = Report(tuple(findings), _texts(bundle), files=len(wanted))
    sys.stdout.write(report("text", shown, colour=wants_colour(sys.stdout)))
    return FINDINGS if findings else CLEAN


def _misspelt(bundle: Bundle) -> Iterator[Diagnostic]:
    """Commands that a catalog tells people to type, and that there are not."""
    for document in bundle.of_kind("errors"):
        for code, entry in cast("Errors", document.spec).errors.items():
            for key in ("recovery", "hints") if isinstance(entry, ActiveError) else ():
                for index, text in enumerate(getattr(entry, key)):
                    for line in commands_in(text):
                        problem = problem_of(line)
                        if problem is not None:
                            span = document.span("errors", code, key, index)
                            yield found(codes.COMMAND_REFUSED, span, command=line, problem=problem)


def _not_ours(root: str, wanted: Mapping[str, bytes]) -> Iterator[Diagnostic]:
    """Files in the place of documents for people that somebody else wrote."""
    for path in FOR_PEOPLE:
        if path in wanted and _content(root, path) is not None and not _is_ours(root, path):
            yield found(codes.DOCUMENT_NOT_OURS, Span.whole(path))


def _texts(bundle: Bundle) -> dict[str, str]:
    return {entry.file: entry.data.decode(errors="replace") for entry in bundle.entries}


def _is_ours(root: str, path: str) -> bool:
    content = _content(root, path)
    return content is not None and MARKER.encode() in content[:2000]


def _content(root: str, path: str) -> bytes | None:
    try:
        with open(os.path.join(root, path), "rb") as file:
            return file.read()
    except OSError:
        return None
