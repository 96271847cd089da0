"""What became of a program under a fault: one word, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

VERDICTS = ("absorbed", "clear_error", "unclear_error", "wrong_result", "hang", "not_reached")


class Ran(NamedTuple):
    """How a run ended. `outputs` are digests by path, `died` is the error that ended it, as its process told.

    `exit_code` is None for a run that took too long, and was killed for it.
    """

    exit_code: int | None
    outputs: Mapping[str, str]
    stdout: str
    stderr: str
    seconds: float
    injected: Sequence[Mapping[str, Any]]
    died: Mapping[str, Any] | None
    problems: Sequence[str]
    run_id: str | None


def verdict(reference: Ran, ran: Ran) -> tuple[str, str]:
    """The verdict on a run beside the one without faults, and what it is founded on."""
    if not ran.injected:
        return "not_reached", "; ".join(ran.problems) or "no call was met"
    if ran.exit_code is None:
        return "hang", f"it had not ended after {ran.seconds:.3g} s"
    if ran.exit_code != 0:
        return _of_error(ran)
    different = differences(reference, ran)
    if different:
        return "wrong_result", f"it ended well, with other {', '.join(different)}"
    return "absorbed", "the same result as without faults"


def differences(reference: Ran, ran: Ran) -> list[str]:
    """What of a result is another."""
    paths = sorted({*reference.outputs, *ran.outputs})
    found = [path for path in paths if reference.outputs.get(path) != ran.outputs.get(path)]
    return found if reference.stdout == ran.stdout else [*found, "stdout"]


def _of_error(ran: Ran) -> tuple[str, str]:
    died = ran.died
    if died is None:
        if ran.exit_code is not None and ran.exit_code < 0:
            return "unclear_error", f"it was killed by signal {-ran.exit_code}"
        return "unclear_error", f"exit code {ran.exit_code}, and no error was seen"
    said = f"{died['type']}: {died['message']}".strip().splitlines()[0]
    if died["code"] is None:
        return "unclear_error", said
    lacking = [part for part in ("hints", "context") if not died[part]]
    if lacking == ["context"] and not died["declares_context"]:
        lacking = []
    named = f"{died['code']} {died['slug']}"
    if died["code"] not in ran.stderr:
        return "unclear_error", f"{named}, of which nothing was written to stderr"
    return ("unclear_error", f"{named} has no {' and no '.join(lacking)}") if lacking else ("clear_error", named)
