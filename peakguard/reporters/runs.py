"""Recorded runs in words: lists, one run, and where two differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol


class Difference(Protocol):
    """The first difference of two runs."""

    @property
    def artifact(self) -> str:
        """A checkpoint, an output, a stream or the end."""

    @property
    def place(self) -> str | None:
        """A column, or a path inside a value."""

    @property
    def row(self) -> int | None:
        """A row or a line, from 0."""

    @property
    def left(self) -> Any:
        """What the first run gave."""

    @property
    def right(self) -> Any:
        """What the second run gave."""

    @property
    def ulps(self) -> int | None:
        """The floats that lie between."""

    @property
    def rows(self) -> int | None:
        """How many rows of the column differ."""


class Change(Protocol):
    """What came of one change."""

    @property
    def perturbation(self) -> str:
        """Its name."""

    @property
    def says(self) -> str:
        """What was changed."""

    @property
    def first(self) -> Difference | None:
        """The first difference."""

    @property
    def through(self) -> str | None:
        """Another change that explains it."""


def replayed_text(run: str, verdict: str, first: Difference | None, missing: Sequence[str]) -> str:
    """What came of a repetition."""
    lines = [f"{run}: {verdict}"]
    if first is not None:
        lines += difference_lines(first, "recorded", "repeated")
    lines += [f"  {each}" for each in missing]
    return "\n".join(lines) + "\n"


def difference_lines(first: Difference, left: str, right: str) -> list[str]:
    """The first difference; what the two sides are called stands before their values."""
    where = [first.artifact]
    if first.place == "line" and first.row is not None:
        where.append(f"line {first.row + 1}")
    else:
        where += [first.place] if first.place is not None else []
        where += [f"row {first.row}"] if first.row is not None else []
    width = max(len(left), len(right))
    lines = [f"  first difference: {', '.join(where)}"]
    lines += [f"    {name:<{width}}  {_value(value)}" for name, value in ((left, first.left), (right, first.right))]
    if first.ulps is not None:
        lines.append(f"    {first.ulps} ulp apart")
    if first.rows is not None:
        lines.append(f"    {first.rows} {'row' if first.rows == 1 else 'rows'} of the column differ")
    return lines


def list_text(runs: Iterable[Mapping[str, Any]]) -> str:
    """One line a run, the latest last."""
    lines = []
    for run in runs:
        seed = f"seed {run['seed']}" if run["seed"] is not None else "no seed"
        level = "verified" if run["verified"] else run["level"]
        parts = (
            run["run_id"],
            run["began"][:19],
            run["name"] or "-",
            seed,
            level,
            run["fingerprint"][:12],
            run["status"],
        )
        lines.append("  ".join(parts))
    return "\n".join(lines or ["no run was recorded here"]) + "\n"


def _value(value: Any) -> str:
    text = repr(value) if isinstance(value, float) else str(value)
    return text if len(text) <= 200 else text[:199] + "…"


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """A manifest for people; `--format json` gives all of it."""
    ended, git = manifest["ended"], manifest["git"]
    seed = manifest["seed"] if manifest["seed"] is not None else "none"
    rows = [
        ("run", manifest["run_id"]),
        ("fingerprint", manifest["fingerprint"]),
        ("command", " ".join(manifest["command"])),
        ("began", f"{manifest['began'][:19]}Z, {manifest['seconds']:.3f} s"),
        ("ended", f"{ended['status']}, exit code {ended['exit_code']}"),
        ("seed", f"{seed}, level {manifest['level']}"),
        ("python", manifest["python"]["version"]),
        ("git", "none" if git is None else git["commit"] + (", with changes" if git["dirty"] else "")),
    ]
    rows += [("packages", f"{len(manifest['packages'])} installed")] if manifest["packages"] is not None else []
    rows += [("stream", f"{name}: {draws} drawn") for name, draws in manifest["streams"].items()]
    for kind in ("inputs", "sources", "outputs"):
        rows += [(kind.removesuffix("s"), f"{each['path']}  {each['digest'][:12]}") for each in manifest[kind]]
    rows += [("checkpoint", f"{each['name']}  {each['digest'][:12]}") for each in manifest["checkpoints"]]
    return "".join(f"{name:<12} {value}\n" for name, value in rows)


def compared_text(left: str, right: str, given: Sequence[Mapping[str, Any]], first: Difference | None) -> str:
    """What two runs were given otherwise, and where they differ first."""
    lines = [f"{each['what']}: {_value(each['left'])} | {_value(each['right'])}" for each in given]
    lines += (
        ["the results are the same"] if first is None else ["the results differ", *difference_lines(first, left, right)]
    )
    return "\n".join(lines) + "\n"


def determinism_text(findings: Sequence[Change]) -> str:
    """What a program minds, and where."""
    lines = []
    for finding in findings:
        verdict = "same" if finding.first is None else f"differs: {finding.says}"
        verdict += f"; so it does by {finding.through}, at the same place" if finding.through is not None else ""
        lines.append(f"{finding.perturbation:<16} {verdict}")
        if finding.first is not None and finding.through is None:
            lines += difference_lines(finding.first, "before", "after")
    minded = [each.perturbation for each in findings if each.first is not None and each.through is None]
    if "repeat" in minded:
        lines.append("the program gives another result each time, with nothing changed: nothing else can be told apart")
    elif minded:
        lines.append(f"the result depends on: {', '.join(minded)}")
    else:
        lines.append("the result depends on nothing that was changed")
    return "\n".join(lines) + "\n"
