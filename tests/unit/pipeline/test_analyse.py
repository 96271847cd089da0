"""One file, many faults: the report stays readable."""

from __future__ import annotations

from peakguard.pipeline.analyse import analyse
from peakguard.pipeline.read import Entry
from tests.functional.policies import CONTRACT


def codes_of(text: str) -> list[str]:
    return [finding.code for finding in analyse(Entry("policies/a.yaml", text.encode())).unit.findings]


def test_beyond_200_findings_the_rest_is_counted() -> None:
    for repeated in (250, 5000):
        findings = analyse(Entry("a.yaml", (CONTRACT + "owner: me\n" * (repeated + 1)).encode())).unit.findings
        assert [finding.code for finding in findings] == ["PG110"] * 200 + ["PG130"]
        assert findings[-1].data == {"count": repeated - 200}


def test_200_findings_are_all_shown() -> None:
    assert codes_of(CONTRACT + "owner: me\n" * 201) == ["PG110"] * 200
