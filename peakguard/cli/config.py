"""`peakguard config show | diff | schema`: configurations with the origin of every value, and their JSON Schema."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from peakguard.api.configs import config_policy, differences, rows, schema
from peakguard.cli.exit_codes import CLEAN, FINDINGS
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.runtime.errors import PeakguardError, PolicyError

if TYPE_CHECKING:
    from peakguard.kinds.config.examine import Examined
    from peakguard.kinds.config.runtime import Config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "action",
        choices=("show", "diff", "schema"),
        help="show: every value; diff: where two files differ; schema: the JSON Schema, for editors and other tools",
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="files in place of those of the policy; two for diff")
    parser.add_argument("--config", metavar="NAME", help="the config policy (default: the only one)")
    parser.add_argument("--profile", metavar="NAME", help="the profile (default: PEAKGUARD_PROFILE)")
    parser.add_argument("--origin", action="store_true", help="show: where each value stands")
    parser.add_argument("--draft", choices=("2020-12", "7"), default="2020-12", help="schema: 7 is for editors")
    parser.add_argument("--part", action="store_true", help="schema: of one file of several, where nothing is required")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the report")
    parser.add_argument("--root", metavar="DIR", help="root of the project (default: found from here)")
    parser.set_defaults(refuse=parser.error)


def run(options: argparse.Namespace) -> int:
    """Show. Raises Refusal for an unknown policy."""
    if options.action == "diff" and len(options.files) != 2:
        options.refuse("diff takes two files")
    try:
        config = config_policy(options.root, options.config)
    except PolicyError as error:
        raise Refusal(*(each for each in error.diagnostics if each.severity == "error")) from error
    except PeakguardError as error:
        raise Refusal(found(error.code, Span.whole("config"), **error.context)) from error
    if options.action == "schema":
        form = schema(config, options.draft, is_part=options.part)
        sys.stdout.write(json.dumps(form, indent=2, ensure_ascii=False) + "\n")
        return CLEAN
    return (_diff if options.action == "diff" else _show)(config, options)


def _show(config: Config, options: argparse.Namespace) -> int:
    examined = config.examine(options.files or None, profile=options.profile)
    if not _is_good(examined):
        return FINDINGS
    found_rows = rows(config, examined)
    if options.format == "json":
        _print_json(config, {"values": found_rows})
        return CLEAN
    for row in found_rows:
        origin = f"  # {row['origin'] or 'not given'}" if options.origin else ""
        sys.stdout.write(f"{row['path']} = {_text(row['value'])}{origin}\n")
    return CLEAN


def _diff(config: Config, options: argparse.Namespace) -> int:
    examined = [config.examine([file], profile=options.profile) for file in options.files]
    good = [_is_good(each) for each in examined]  # what is wrong with either is told
    if not all(good):
        return FINDINGS
    changes = differences(config, *examined)
    if options.format == "json":
        _print_json(config, {"differences": changes})
    else:
        for change in changes:
            before, after = _side(change["before"]), _side(change["after"])
            sys.stdout.write(f"{change['path']}: {before} -> {after}\n")
        sys.stdout.write("" if changes else "no difference\n")
    return FINDINGS if changes else CLEAN


def _is_good(examined: Examined) -> bool:
    """Say on stderr what is wrong with a configuration, if anything."""
    if examined.findings:
        from peakguard.cli.output import wants_colour
        from peakguard.reporters import report
        from peakguard.reporters.report import Report

        there = sum(1 for _, digest in examined.files if digest is not None)
        told = Report(examined.findings, examined.texts, files=there)
        sys.stderr.write(report("text", told, colour=wants_colour(sys.stderr)))
    return examined.is_good


def _print_json(config: Config, more: Mapping[str, Any]) -> None:
    form = {"version": 1, "config": config.name, "config_version": config.table["version"], **more}
    sys.stdout.write(json.dumps(form, indent=2, ensure_ascii=False) + "\n")


def _side(side: Mapping[str, Any] | None) -> str:
    return "nothing" if side is None else f"{_text(side['value'])} ({side['origin'] or 'not given'})"


def _text(value: Any) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)
