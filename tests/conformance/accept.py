"""Write `expected.json` of the named cases from what peakguard says now, and print it for a human to judge.

Run as `python -m tests.conformance.accept CASE…`; every line shows the text under the caret.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.conformance.cases import as_json, run


def main(arguments: list[str]) -> None:
    for argument in arguments:
        case = Path(argument).resolve()
        _, findings = run(case)
        rows = [json.dumps(as_json(finding), ensure_ascii=False) for finding in findings]
        (case / "expected.json").write_text("[\n  " + ",\n  ".join(rows) + "\n]\n" if rows else "[]\n")
        print(case.name)
        for finding in findings:
            print(f"  {finding.severity}[{finding.code}] {finding.message} | {finding.hint}")
            print(f"    {finding.span}: {_under(case, finding)!r}")


def _under(case: Path, finding: object) -> str:
    span = getattr(finding, "span")  # keeps this script free of the product's types
    path = case / span.file
    if not span.line or not path.is_file():
        return "(whole file)"
    lines = path.read_text(errors="replace").splitlines()
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    return line[span.column - 1 : end]


if __name__ == "__main__":
    main(sys.argv[1:])
