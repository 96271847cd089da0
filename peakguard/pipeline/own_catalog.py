"""The catalog of our own codes, as a project like any other."""

import os

import peakguard.diagnostics
from peakguard.pipeline.project import Folder, Project


def own_project() -> Project:
    """The `errors` policies inside the package."""
    root = os.path.dirname(os.path.abspath(peakguard.diagnostics.__file__))
    return Project(root, (Folder(os.path.join(root, "errors"), "pkg:peakguard.diagnostics/errors"),), (), b"")
