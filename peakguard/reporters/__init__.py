"""Reporters: a list of diagnostics -> text, nothing else. The name of a format is the name of its module."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from peakguard.reporters.report import Report
from peakguard.reporters.validation import VERDICT_FORMATS, Validation

if TYPE_CHECKING:
    from peakguard.runtime.invariant import Verification

__all__ = ["INVARIANT_FORMATS", "REPORTERS", "VERDICT_FORMATS", "invariant_report", "report", "verdict_report"]

INVARIANT_FORMATS = ("text", "json", "junit", "markdown")
REPORTERS = ("text", "json", "sarif", "github", "junit")


def report(form: str, found: Report, *, colour: bool = False) -> str:
    """The findings in a format of REPORTERS; `colour` concerns text alone."""
    module = import_module(f"peakguard.reporters.{form}")
    rendered: str = module.render(found, colour=colour) if form == "text" else module.render(found)
    return rendered


def verdict_report(form: str, found: Validation, *, colour: bool = False) -> str:
    """The verdicts on data in a format of VERDICT_FORMATS; `colour` concerns text alone."""
    module = import_module(f"peakguard.reporters.verdict_{form}")
    rendered: str = module.render(found, colour=colour) if form == "text" else module.render(found)
    return rendered


def invariant_report(form: str, found: Mapping[str, Verification], *, colour: bool = False) -> str:
    """What became of invariants in a format of INVARIANT_FORMATS; `colour` concerns text alone."""
    module = import_module(f"peakguard.reporters.invariants_{form}")
    rendered: str = module.render(found, colour=colour) if form == "text" else module.render(found)
    return rendered
