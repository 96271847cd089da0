"""Compiled tables of observability policies, made by the compiler, and what they are opened with."""

from __future__ import annotations

from pathlib import Path

import peakguard as package
from peakguard.runtime.policy_set import PolicySet

HEAD = "peakguard: 1\nkind: observability\nname: logs\nversion: 1.0.0\n"
ALL_SINKS = """\
sinks:
  errors: {to: stderr, format: pretty, level: debug}
  output: {to: stdout, format: json, level: debug}
  lines: {to: logs/events.jsonl, level: debug}
  pages: {to: logs/events.txt, format: pretty, level: debug}
  handlers: {to: logging, level: debug}
  collector: {to: otlp, level: debug}
"""


def policies_of(root: Path, text: str) -> PolicySet:
    """The policies of a project whose one file is an observability policy."""
    folder = root / "policies"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "logs.yaml").write_text(HEAD + text)
    return package.load(root)
