"""`load` and `check`: policies in, a PolicySet or findings out."""

from __future__ import annotations

import os
import time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from peakguard.diagnostics.diagnostic import Diagnostic
    from peakguard.runtime.policy_set import PolicySet


def load(root: str | os.PathLike[str] | None = None) -> PolicySet:
    """The compiled policies of the project at `root`, or of the one that holds the current folder.

    Raises PolicyError, which holds every diagnostic, where the check finds errors.
    """
    from peakguard.pipeline.artefact import load_project
    from peakguard.pipeline.project import find_project

    return load_project(find_project(os.fspath(root) if root is not None else None))


def check(root: str | os.PathLike[str] | None = None) -> list[Diagnostic]:
    """Every finding in the policies of a project, sorted by place; never raises for a bad policy."""
    from peakguard.pipeline.cache import check_cached
    from peakguard.pipeline.project import find_project
    from peakguard.pipeline.unit import diagnostics_from_json

    project = find_project(os.fspath(root) if root is not None else None)
    checked = check_cached(project, time.strftime("%Y-%m-%d", time.gmtime()))
    return list(diagnostics_from_json(checked.findings))


@cache
def default_policies() -> PolicySet:
    """The policies of the project that holds the current folder, loaded once."""
    return load()
