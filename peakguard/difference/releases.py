"""The releases behind the current commit, each of which may still be in use."""

from __future__ import annotations

import re

from peakguard.diagnostics import codes
from peakguard.difference.git import GitFault
from peakguard.difference.sides import refuse, repository_in
from peakguard.difference.versions import parsed
from peakguard.pipeline.project import Project

_TAG = re.compile(r"(?:.*[^0-9.])?v?(\d+\.\d+\.\d+)(-[0-9A-Za-z.-]+)?", re.ASCII)


def release_tags(project: Project) -> list[str]:
    """The tags that end in a version, such as v1.2.0, the latest first; pre-releases are none.

    Raises PolicyError (PG946, PG948, PG949).
    """
    repository = repository_in(project, "--transitive")
    try:
        found = {tag: match[1] for tag in repository.tags() if (match := _TAG.fullmatch(tag)) and not match[2]}
        if not found and repository.is_shallow():
            refuse(codes.REVISION_NOT_HERE, "--transitive", revision="the tag of any release")
    except GitFault as fault:
        refuse(codes.NO_GIT, "--transitive", problem=fault.problem)
    if not found:
        refuse(codes.NOTHING_TO_COMPARE, "--transitive", problem="no tag behind HEAD is a release, such as v1.2.0")
    return sorted(found, key=lambda tag: parsed(found[tag]), reverse=True)
