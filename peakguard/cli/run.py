"""`peakguard run -- python PROGRAM`: run a Python program under its bindings."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from peakguard.cli.arguments import moment, seed
from peakguard.cli.exit_codes import CLEAN
from peakguard.cli.refusal import Refusal
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import found
from peakguard.diagnostics.span import Span
from peakguard.runtime.errors import PeakguardError, PolicyError

if TYPE_CHECKING:
    from types import TracebackType

    from peakguard.api.chaos_inside import Inside
    from peakguard.api.program import Program
    from peakguard.api.recorded import Prepared, Recorded
    from peakguard.kinds.bindings.runtime import Attachment
    from peakguard.runtime.policy_set import PolicySet

_WITH_VALUE = ("-W", "-X")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument(
        "--root", metavar="DIR", help="root of the project with the policies (default: found from here)"
    )
    parser.add_argument("--mode", choices=("off", "observe", "enforce"), help="weakest mode of all bindings")
    parser.add_argument("--no-journal", action="store_true", help="keep nothing of what goes wrong")
    parser.add_argument(
        "--seed", type=seed, metavar="N", help="start the program so that it can be repeated, and record the run"
    )
    parser.add_argument("--at", type=moment, metavar="TIME", help="where an injected clock begins (default: now)")
    parser.add_argument("--record", action="store_true", help="record the run also where it has no seed")
    parser.add_argument("--report", action="store_true", help="say at the end what became of every binding")
    parser.add_argument(
        "program", nargs=argparse.REMAINDER, metavar="-- PROGRAM", help="python FILE …, python -m MODULE …, or a script"
    )


def run(options: argparse.Namespace) -> int:
    """Run the program; its exit code is ours. Raises Refusal for what cannot be run."""
    words = options.program[1:] if options.program[:1] == ["--"] else options.program
    if not words:
        raise _refusal("", "names no program")
    words = _without_interpreter(words, options)
    policies = _policies(options)
    try:
        prepared = _prepared(policies, options)
        program, arguments = _program(words)
    except PeakguardError as error:
        raise Refusal(found(error.code, Span.whole(words[0]), **error.context)) from error
    recorded = _recorded(prepared, policies, program, words) if prepared is not None else None
    return _run(program, arguments, policies, options, recorded)


def _prepared(policies: PolicySet, options: argparse.Namespace) -> Prepared | None:
    if options.seed is None and not options.record:
        return None
    from peakguard.api.recorded import start_anew

    return start_anew(policies, options.seed, None if options.at is None else _nanoseconds(options.at))


def _nanoseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


def _recorded(prepared: Prepared, policies: PolicySet, program: Program, words: Sequence[str]) -> Recorded:
    from peakguard.api.recorded import Recorded
    from peakguard.pipeline.project import find_project

    folders = [folder.path for folder in find_project(policies.root or None).folders]
    return Recorded(prepared, policies, _name(program), words, folders)


def _name(program: Program) -> str:
    return program.name.removesuffix(".__main__")


def _without_interpreter(words: Sequence[str], options: argparse.Namespace) -> Sequence[str]:
    """What the interpreter is told to run. Another interpreter, or flags of its own, take the place of this process."""
    path = shutil.which(words[0])
    if not os.path.basename(words[0]).startswith("python") or path is None:
        return words
    rest = list(words[1:])
    flags: list[str] = []
    while rest and rest[0].startswith("-") and rest[0] not in ("-m", "-c", "-"):
        flags.append(rest.pop(0))
        if flags[-1] in _WITH_VALUE and rest:
            flags.append(rest.pop(0))
    if not rest or rest[0] == "-":
        raise _refusal(" ".join(words), "reads its program from the keyboard")
    if flags or not _is_this(path):
        own = [f"--{name}={value}" for name in ("root", "mode") if (value := getattr(options, name)) is not None]
        own += [f"--seed={options.seed}"] if options.seed is not None else []
        own += [f"--at={options.at.isoformat()}"] if options.at is not None else []
        own += [f"--{name}" for name in ("report", "no-journal", "record") if getattr(options, name.replace("-", "_"))]
        if not _knows_us(path):
            raise _refusal(words[0], f"is {path}, for which peakguard is not installed")
        sys.stdout.flush()
        os.execv(path, [path, *flags, "-m", "peakguard", "run", *own, "--", *rest])  # noqa: S606 # what the user asks
    return rest


def _is_this(path: str) -> bool:
    """Whether an interpreter is the one that runs this, in the same environment."""
    folder = os.path.dirname(os.path.abspath(path))
    return os.path.samefile(path, sys.executable) and folder == os.path.dirname(os.path.abspath(sys.executable))


def _knows_us(path: str) -> bool:
    import subprocess

    asked = [path, "-c", "import peakguard"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0  # noqa: S603 # the user's own


def _program(words: Sequence[str]) -> tuple[Program, Sequence[str]]:
    from peakguard.api import program

    first, rest = words[0], words[1:]
    if first == "-m" and rest:
        return program.module(rest[0]), rest[1:]
    if first == "-c" and rest:
        return program.text(rest[0]), rest[1:]
    path = first if os.path.exists(first) else shutil.which(first)
    if path is None:
        raise PeakguardError(codes.NOT_A_PYTHON_PROGRAM, command=first, problem="is not there")
    if not (path.endswith(".py") or _is_python_script(path)):
        raise PeakguardError(codes.NOT_A_PYTHON_PROGRAM, command=first, problem="is no Python program")
    return program.script(path), rest


def _is_python_script(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            line = file.readline(200)
    except OSError:
        return False
    return line.startswith(b"#!") and b"python" in line


def _policies(options: argparse.Namespace) -> PolicySet:
    from peakguard.api.policies import load

    try:
        return load(options.root)
    except PolicyError as error:
        raise Refusal(*error.diagnostics) from error


def _run(
    program: Program,
    arguments: Sequence[str],
    policies: PolicySet,
    options: argparse.Namespace,
    recorded: Recorded | None,
) -> int:
    from peakguard.api.program import execute, names_of

    try:
        planted = _planted(policies)
        attachment = policies.attach(mode=options.mode)
        attachment.check_main(program.path, names_of(program))
    except PeakguardError as error:
        raise Refusal(found(error.code, Span.whole(program.path), **error.context)) from error
    if planted is None or not planted.is_bare:
        policies.install_excepthook()
    try:
        with _journal(policies, options), _logs(policies), recorded or policies.run(_name(program)):
            if planted is not None:
                planted.began()
            on_main = attachment.guard_main if planted is None else planted.on_main(attachment.guard_main)
            execute(program, arguments, on_main)
            attachment.finish()
    except SystemExit as leaving:
        if planted is not None and leaving.code and leaving.__context__ is not None:
            planted.died(leaving.__context__)  # the program has handled it by leaving
        raise
    except BaseException as error:  # noqa: BLE001 # whatever the program dies of
        if planted is not None:
            planted.died(error)
        _die(error)
    finally:
        _report(attachment, everything=options.report)
    return CLEAN


def _planted(policies: PolicySet) -> Inside | None:
    """The faults of `peakguard chaos`, whose children alone know of any."""
    if "PEAKGUARD_CHAOS" not in os.environ:
        return None
    from peakguard.api.chaos_inside import begin

    return begin(policies)


def _journal(policies: PolicySet, options: argparse.Namespace) -> AbstractContextManager[Any]:
    return nullcontext() if options.no_journal else policies.journal()


def _logs(policies: PolicySet) -> AbstractContextManager[Any]:
    return policies.observe() if policies.names("observability") else nullcontext()


def _die(error: BaseException) -> None:
    """End as Python ends a program, with a traceback that begins in the program."""
    trace = error.__traceback__
    while trace is not None and _is_ours(trace):
        trace = trace.tb_next
    error.__traceback__ = trace
    sys.excepthook(type(error), error, trace)
    raise SystemExit(130 if isinstance(error, KeyboardInterrupt) else 1)


def _is_ours(trace: TracebackType) -> bool:
    return trace.tb_frame.f_globals.get("__name__", "") in ("peakguard.cli.run", "peakguard.api.program")


def _report(attachment: Attachment, *, everything: bool) -> None:
    """What was never guarded though it should have been is said without being asked."""
    for row in attachment.report():
        if everything:
            copies = f", rebound in {', '.join(row.rebound)}" if row.rebound else ""
            sys.stderr.write(f"peakguard: {row.target}: {row.state}, {row.mode}{copies}\n")
            sys.stderr.writelines(f"  {layer}\n" for layer in row.layers)
        elif row.state == "missing":
            sys.stderr.write(f"peakguard: {row.target} was never guarded: its module is there and has no such name\n")
        elif row.is_critical and row.state == "waiting":
            sys.stderr.write(
                f"peakguard: {row.target} is critical and was never guarded: its module was not imported\n"
            )


def _refusal(command: str, problem: str) -> Refusal:
    data = {"command": command, "problem": problem}
    return Refusal(found(codes.NOT_A_PYTHON_PROGRAM, Span.whole(command or "peakguard run"), **data))
