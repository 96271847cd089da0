"""Commands of ours that a text tells people to type: found in it, and held against the parser."""

from __future__ import annotations

import argparse
import io
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache

from peakguard.cli.commands import COMMANDS, build_parser

_QUOTED = re.compile(r"`(peakguard [^`]+)`")
_FILLED_IN = re.compile(r"\{[^}]*\}|…|\b[A-Z][A-Z_]+\b|\b[A-Z]\b")
_STAND_INS = ("", "1", "1h", "2026-01-31", "a=b")
"""What may stand for a word that is filled in: a name, a number, a length of time, a time, an assignment."""


def commands_in(text: str) -> Iterator[str]:
    """The commands in a text: those in backticks, or the whole of it."""
    if text.startswith("peakguard "):
        yield text
    else:
        yield from _QUOTED.findall(text)


def problem_of(line: str) -> str | None:
    """Why the parser refuses a command line, None where it takes it; words in capitals and braces may be anything."""
    try:
        words = shlex.split(line, comments=True)[1:]
    except ValueError as error:
        return str(error).lower()
    if not words or words[0] not in COMMANDS:
        return f"there is no command `{words[0]}`" if words else "it names no command"
    if len(words) == 1:
        return None  # the command is mentioned, not spelled out
    first = None
    for stand_in in _STAND_INS:
        problem = _refused([_FILLED_IN.sub(stand_in, word) if stand_in else word for word in words])
        if problem is None:
            return None
        first = first or problem
    return first


@cache
def _parser(command: str) -> argparse.ArgumentParser:
    return build_parser(command)


def _refused(words: list[str]) -> str | None:
    told = io.StringIO()
    try:
        with redirect_stderr(told), redirect_stdout(io.StringIO()):
            _parser(words[0]).parse_args(words)
    except SystemExit as leaving:
        if leaving.code:
            return told.getvalue().strip().rpartition("error: ")[2]
    return None
