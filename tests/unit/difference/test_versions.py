"""Versions: which comes later, and which is enough after a change."""

import pytest

from peakguard.difference.versions import is_enough, is_later, needed
from peakguard.language.change import Level

ORDER = ["0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
         "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0", "2.0.0"]  # fmt: skip # as semver.org lists them


def test_versions_come_in_the_order_of_semantic_versioning() -> None:
    for index, one in enumerate(ORDER):
        for place, other in enumerate(ORDER):
            assert is_later(one, other) is (index > place), (one, other)


@pytest.mark.parametrize(
    ("old", "level", "least"),
    [
        ("1.2.3", "breaking", "2.0.0"),
        ("1.2.3", "risk", "1.3.0"),
        ("1.2.3", "minor", "1.3.0"),
        ("1.2.3", "patch", "1.2.4"),
        ("0.2.3", "breaking", "0.3.0"),
        ("0.2.3", "risk", "0.2.4"),
        ("0.2.3", "minor", "0.2.4"),
        ("2.0.0-rc.1", "breaking", "2.0.0"),
    ],
)
def test_the_least_version_after_a_change(old: str, level: Level, least: str) -> None:
    assert needed(old, level) == least
    assert is_enough(old, least, level)


@pytest.mark.parametrize(
    ("old", "new", "level", "enough"),
    [
        ("1.2.3", "1.2.3", "patch", False),
        ("1.2.3", "1.2.2", "patch", False),
        ("1.2.3", "1.3.0", "breaking", False),
        ("1.2.3", "2.0.0-rc.1", "breaking", True),
        ("1.2.3", "1.3.0-rc.1", "breaking", False),
        ("1.2.3", "3.1.4", "breaking", True),
        ("2.0.0-rc.1", "2.0.0-rc.2", "breaking", True),
        ("2.0.0-rc.2", "2.0.0-rc.1", "patch", False),
        ("0.9.0", "1.0.0", "breaking", True),
    ],
)
def test_a_version_is_enough_or_not(old: str, new: str, level: Level, enough: bool) -> None:
    assert is_enough(old, new, level) is enough
