"""Reporters: a list of diagnostics -> text, nothing else. The name of a format is the name of its module."""

from __future__ import annotations

from importlib import import_module

from peakguard.reporters.report import Report
from peakguard.reporters.validation import VERDICT_FORMATS, Validation

__all__ = ["REPORTERS", "VERDICT_FORMATS", "report", "verdict_report"]

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
