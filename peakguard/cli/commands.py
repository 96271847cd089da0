"""The commands, and a parser that builds only the part of the one that is called."""

from __future__ import annotations

import argparse
from importlib import import_module
from types import ModuleType

COMMANDS = {
    "check": "prove the policies of a project",
    "diff": "tell what changed in the meaning of policies, and whether it may be merged",
    "validate": "validate data against a contract, or a configuration against its policy",
    "verify": "verify results against invariants",
    "config": "show a configuration with the origin of every value",
    "run": "run a Python program under its bindings",
    "runs": "list, show, compare and remove recorded runs",
    "replay": "make a recorded run once more, and say whether it gives the same",
    "determinism": "run a program under one change at a time, and name the change that it minds",
    "chaos": "run a program under planted faults, and say what becomes of it",
    "adopt": "list what of a program could be guarded, and what is",
    "gate": "run the checks that a change must pass",
    "report": "tell what went wrong, from the journal",
    "simulate": "play an outage to a resilience policy, on a clock that costs nothing",
    "cache": "list, verify, repair and clear what the caches of a project hold",
    "breaker": "show and move the breakers that the processes of a host share",
    "test": "run the tests of policies, and tell which rules they have shown",
    "sample": "make data that satisfies a contract, or breaks one rule of it",
    "docs": "write the documents that follow from the policies",
    "show": "print what the rules of a policy compile to",
    "eval": "evaluate an expression on every back end, side by side",
    "explain": "print the page of a code",
    "schema": "print the JSON Schema of a kind, for editors",
}


def load(command: str) -> ModuleType:
    """The module of a command."""
    return import_module(f"peakguard.cli.{command}")


def build_parser(command: str | None) -> argparse.ArgumentParser:
    """A parser of the whole command line; only one command's options are built."""
    parser = argparse.ArgumentParser(
        prog="peakguard",
        description="Contracts and policies for data and trading systems, checked like a program.",
        epilog="Exit codes: 0 clean, 1 findings or violations, 2 usage or unreadable input, 3 a fault of peakguard.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and leave")
    children = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, summary in COMMANDS.items():
        child = children.add_parser(name, help=summary, description=summary)
        if name == command:
            load(name).add_arguments(child)
    return parser
