"""What changed in the meaning of policies, and what has to be accepted or bumped: for `peakguard diff` and the gate."""

from __future__ import annotations

from peakguard.difference.findings import difference
from peakguard.difference.result import Difference
from peakguard.difference.sides import sides
from peakguard.language.change import Perspective


def compare(
    old: str | None = None, new: str | None = None, root: str | None = None, *, perspective: Perspective = "both"
) -> Difference:
    """The difference between two revisions, folders or files of policies.

    `old` is the merge base with the main branch if it is not given, `new` the working tree of the project at `root`
    (found from here if that is not given). Raises PolicyError (PG944, PG946 to PG949) where a side cannot be read.
    """
    return difference(*sides(old, new, root), perspective)


def compare_releases(
    new: str | None = None, root: str | None = None, *, perspective: Perspective = "both"
) -> list[Difference]:
    """The difference from each release behind the current commit, the latest first.

    Raises PolicyError (PG944, PG946 to PG949).
    """
    from peakguard.difference.releases import release_tags
    from peakguard.pipeline.project import find_project

    return [compare(f"git:{tag}", new, root, perspective=perspective) for tag in release_tags(find_project(root))]
