"""Findings as SARIF 2.1.0, for code scanning.

Source: OASIS SARIF 2.1.0; GitHub's limits on uploads (25,000 results) as documented for code scanning.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from peakguard.diagnostics.catalog import CATALOG
from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.reporters.report import Report
from peakguard.runtime.digest import digest_of

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(found: Report) -> str:
    """One SARIF log with one run; ends with a line break."""
    rules = sorted({finding.code for finding in found.diagnostics}, key=lambda code: int(code.removeprefix("PG")))
    seen: dict[str, int] = {}
    run = {
        "tool": {
            "driver": {
                "name": "peakguard",
                "rules": [_rule(code) for code in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, rules, found, seen) for finding in found.diagnostics],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str) -> dict[str, Any]:
    entry = CATALOG[code]
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in entry.slug.split("_")),
        "shortDescription": {"text": entry.title},
        "help": {"text": f"{entry.title}. Run `peakguard explain {code}`."},
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
    }


def _result(finding: Diagnostic, rules: list[str], found: Report, seen: dict[str, int]) -> dict[str, Any]:
    text = f"{finding.message}. {finding.hint}" if finding.hint else finding.message
    return {
        "ruleId": finding.code,
        "ruleIndex": rules.index(finding.code),
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": _location(finding)}],
        "partialFingerprints": {"peakguard/v1": _fingerprint(finding, found, seen)},
    }


def _location(finding: Diagnostic) -> dict[str, Any]:
    span = finding.span
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(span.file)}}
    if span.line:
        location["region"] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        }
    return location


def _fingerprint(finding: Diagnostic, found: Report, seen: dict[str, int]) -> str:
    """Stable when lines move: the code, the file, the text of the line, and which of equal ones it is."""
    line = found.line(finding.span).strip()
    identity = f"{finding.code}\0{finding.span.file}\0{line}\0{json.dumps(dict(finding.data), sort_keys=True)}"
    count = seen[identity] = seen.get(identity, -1) + 1
    return digest_of(identity.encode("utf-8", "replace"), str(count).encode())
