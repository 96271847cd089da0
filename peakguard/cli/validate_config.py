"""`peakguard validate CONFIG_POLICY [FILE…]`: judge a configuration."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from peakguard.api.configs import outcomes
from peakguard.cli.exit_codes import CLEAN, FINDINGS, USAGE
from peakguard.cli.output import print_run, wants_colour
from peakguard.diagnostics import codes
from peakguard.reporters import REPORTERS, report
from peakguard.reporters.report import Report

if TYPE_CHECKING:
    from peakguard.kinds.config.runtime import Config

_OF_DATA = ("html", "reference", "now", "out_valid", "quarantine", "fail_fast")
_UNREAD = (codes.CONFIG_FILE_MISSING, codes.UNREADABLE_FILE)


def run(config: Config, options: argparse.Namespace) -> int:
    """Report every fault; exit 1 where the configuration is refused, 2 where a file of it cannot be read."""
    if options.format not in REPORTERS:
        options.refuse(f"a configuration is reported as one of {', '.join(REPORTERS)}")
    idle = [option for option in _OF_DATA if getattr(options, option)]
    if idle:
        options.refuse(f"--{idle[0].replace('_', '-')} is for data, not for a configuration")
    examined = config.examine(options.data or None, profile=options.profile)
    told = Report(examined.findings, examined.texts, files=sum(1 for _, digest in examined.files if digest is not None))
    rendered = report(options.format, told, colour=options.format == "text" and wants_colour(sys.stdout))
    became = outcomes(examined)
    if options.format == "json":
        form: dict[str, Any] = {**json.loads(rendered), "config": config.name, "rules": became}
        rendered = json.dumps(form, indent=2, ensure_ascii=False) + "\n"
    elif options.format == "text":
        rendered += _rules(became)
    sys.stdout.write(rendered)
    if options.format == "text":
        print_run()
    if any(finding.code in _UNREAD for finding in examined.findings):
        return USAGE
    return CLEAN if examined.is_good else FINDINGS


def _rules(became: Sequence[dict[str, str]]) -> str:
    """How many rules were asked, and which were not, with the reason."""
    if not became:
        return ""
    counts = {state: sum(1 for each in became if each["state"] == state) for state in ("passed", "failed", "unknown")}
    lines = [f"rules: {', '.join(f'{count} {state}' for state, count in counts.items() if count) or 'none asked'}"]
    for each in became:
        if each["state"] == "skipped":
            where = f" in [{each['section']}]" if each["section"] else ""
            lines.append(f"  {each['id']}{where} was not asked: {each['reason']}")
    return "\n".join(lines) + "\n"
