"""YAML and TOML are equal in power: every case means the same in either."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.diagnostics.span import Span
from peakguard.syntax.node import Mapping
from peakguard.syntax.parse import parse
from peakguard.syntax.source import Source
from tests.conformance.cases import cases, name_of, policies, run
from tests.conformance.twin import NoTwin, to_toml


@pytest.mark.parametrize("case", [*cases("valid"), *cases("invalid")], ids=name_of)
def test_a_case_means_the_same_in_toml(case: Path, tmp_path: Path) -> None:
    twin = tmp_path / case.name
    shutil.copytree(case, twin)
    if not _convert(twin):
        pytest.skip("shows a fault of the YAML text, or holds a null: TOML cannot say it")
    documents, findings = run(case)
    twin_documents, twin_findings = run(twin)
    assert [document.spec for document in twin_documents] == [document.spec for document in documents]
    assert _meaning(twin, twin_findings) == _meaning(case, findings)


def _convert(twin: Path) -> bool:
    """Turn the YAML policies of a copied case into TOML; tells whether that was possible."""
    for path in list(policies(twin)):
        if path.suffix == ".toml":
            return False
        node = _parse(path)
        if node is None:
            return False
        try:
            path.with_suffix(".toml").write_text(to_toml(node))
        except NoTwin:
            return False
        path.unlink()
    return True


def _parse(path: Path) -> Mapping | None:
    try:
        node, findings = parse(Source(path.name, path.read_bytes().decode()))
    except UnicodeDecodeError:
        return None
    return None if findings else node


def _meaning(root: Path, findings: list[Diagnostic]) -> list[tuple[Any, ...]]:
    """Codes, data, files without their suffix, and the text under each caret where it is a word of the value."""
    rows = []
    for finding in findings:
        data = {key: _without_suffix(value) for key, value in finding.data.items()}
        rows.append((finding.code, str(data), _without_suffix(finding.span.file), _under(root, finding.span)))
    return sorted(rows)


def _under(root: Path, span: Span) -> str:
    """The marked text; empty for a table, a list, a quoted value or several lines, which each format writes its way."""
    path = root / span.file
    if not span.line or span.line != span.end_line or path.suffix == ".lock":
        return ""
    line = Source(span.file, path.read_text()).line(span.line)
    text = line[span.column - 1 : span.end_column - 1].strip("'\"")
    return text if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) else ""


def _without_suffix(value: Any) -> Any:
    """Places and file names inside data differ between twins only by suffix and line."""
    if not isinstance(value, str):
        return value
    head, dot, _ = value.partition(".yaml")
    head, dot, _ = head.partition(".toml") if not dot else (head, dot, "")
    return head if dot else value
