"""Bindings against the program that they guard, whose modules a process of its own imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from peakguard.api.gate.on_disk import on_disk
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.language.facts import Facts
from peakguard.language.registry import kind_names, part
from peakguard.pipeline.bundle import Bundle, load_bundle
from peakguard.pipeline.project import Project
from peakguard.pipeline.settings import python_path_of
from peakguard.runtime.errors import PeakguardError

TIMEOUT = 60.0
"""Seconds that imports may take."""


def resolve(project: Project) -> Iterator[Diagnostic]:
    """Findings that only the program itself can tell; the policies have no errors of their own."""
    bundle = load_bundle(project)
    yield from on_disk(bundle)
    if not any(True for kind in ("bindings", "chaos") for _ in bundle.of_kind(kind)):
        return
    try:
        rows = examined(project)
    except PeakguardError as error:
        yield found(error.code, Span.whole(project.root), **error.context)
        return
    yield from _findings(bundle, rows)


def examined(project: Project) -> list[dict[str, Any]]:
    """What `examine` says of every binding of a project, and of faults that miss their targets.

    Raises PeakguardError (PG708) where the process ends without an answer, or gives none in a minute.
    """
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, "result.json")
        command = [sys.executable, "-m", "peakguard.api.examining", project.root, result]
        try:
            done = subprocess.run(  # noqa: S603 # this interpreter
                command, env=_environment(project), capture_output=True, text=True, check=False, timeout=TIMEOUT,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip # one option a word
        except subprocess.TimeoutExpired:
            raise PeakguardError(codes.NOT_EXAMINED, problem=f"they took more than {TIMEOUT:g} s") from None
        if not os.path.exists(result):
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise PeakguardError(codes.NOT_EXAMINED, problem=f"the process ended with {done.returncode}: {last}")
        with open(result, encoding="utf-8") as file:
            rows: list[dict[str, Any]] = json.load(file)
        return rows


def _environment(project: Project) -> dict[str, str]:
    folders = [os.path.join(project.root, folder) for folder in python_path_of(project.settings)]
    before = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([*folders, project.root, *filter(None, [before])])}


def _findings(bundle: Bundle, rows: list[dict[str, Any]]) -> Iterator[Diagnostic]:
    facts = Facts(bundle.facts, [])
    for kind in kind_names():
        module = part(kind, "resolve")
        if module is not None:
            yield from module.resolve(tuple(bundle.of_kind(kind)), facts, rows)
