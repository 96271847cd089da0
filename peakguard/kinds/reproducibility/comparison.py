"""Two runs side by side: the first thing that the second gave otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from peakguard.kinds.reproducibility.files import frame_in
from peakguard.kinds.reproducibility.plain_values import first_difference, ulps_between

Contents = Callable[[str], bytes | None]
"""What was kept under a digest."""


class Divergence(NamedTuple):
    """The first difference of two runs.

    `artifact` is a checkpoint, an output, a stream or the end; `place` a column or a path inside a value; `row` counts
    rows, or lines of a text, from 0; `rows` is how many rows of the column differ, `ulps` how many floats lie between.
    """

    artifact: str
    place: str | None = None
    row: int | None = None
    left: Any = None
    right: Any = None
    ulps: int | None = None
    rows: int | None = None


def divergence(
    left: Mapping[str, Any], right: Mapping[str, Any], of_left: Contents, of_right: Contents
) -> Divergence | None:
    """The first difference, in the order of the program: checkpoints, outputs, how it ended, what was drawn."""
    return next(_divergences(left, right, of_left, of_right), None)


def _divergences(
    left: Mapping[str, Any], right: Mapping[str, Any], of_left: Contents, of_right: Contents
) -> Iterator[Divergence]:
    for index, (one, other) in enumerate(_pairs(left["checkpoints"], right["checkpoints"])):
        if one is None or other is None or one["name"] != other["name"]:
            names = (None if each is None else each["name"] for each in (one, other))
            yield Divergence(f"checkpoint {index + 1}", "name", None, *names)
        elif one["digest"] != other["digest"]:
            yield _in_checkpoint(one, other, of_left, of_right)
    written = [{each["path"]: each for each in side["outputs"]} for side in (left, right)]
    for path in sorted(written[0].keys() | written[1].keys()):
        one, other = written[0].get(path), written[1].get(path)
        if one is None or other is None:
            left_size, right_size = (
                "not written" if each is None else f"{each['size']} bytes" for each in (one, other)
            )
            yield Divergence(f"output {path}", None, None, left_size, right_size)
        elif one["content"] != other["content"]:
            yield _in_output(one, other, of_left, of_right)
    for key, what in (("exit_code", "exit code"), ("error_type", "error")):
        if left["ended"][key] != right["ended"][key]:
            yield Divergence(what, None, None, left["ended"][key], right["ended"][key])
    for stream in sorted(left["streams"].keys() | right["streams"].keys()):
        one, other = left["streams"].get(stream), right["streams"].get(stream)
        if one != other:
            yield Divergence(f"stream {stream}", "draws", None, one, other)


def _pairs(left: list[Any], right: list[Any]) -> Iterator[tuple[Any, Any]]:
    for index in range(max(len(left), len(right))):
        yield tuple(side[index] if index < len(side) else None for side in (left, right))  # type: ignore[misc] # two


def _in_checkpoint(
    one: Mapping[str, Any], other: Mapping[str, Any], of_left: Contents, of_right: Contents
) -> Divergence:
    artifact = f"checkpoint {one['name']}"
    data = [of(each["kept"]) if each["kept"] else None for of, each in ((of_left, one), (of_right, other))]
    if data[0] is None or data[1] is None or one["form"] != other["form"]:
        return _by_columns(artifact, one, other)
    if one["form"] == "frame":
        from peakguard.engines.polars.canonical import unpacked

        return _in_frames(artifact, unpacked(data[0]), unpacked(data[1]))
    found = first_difference(json.loads(data[0]), json.loads(data[1]))
    return Divergence(artifact) if found is None else Divergence(artifact, found.path, None, *found[1:])


def _in_output(one: Mapping[str, Any], other: Mapping[str, Any], of_left: Contents, of_right: Contents) -> Divergence:
    artifact = f"output {one['path']}"
    data = [of(each["digest"]) if each["kept"] else None for of, each in ((of_left, one), (of_right, other))]
    if data[0] is None or data[1] is None:
        return _by_columns(artifact, one, other)
    frames = [frame_in(one["path"], each) for each in data if each is not None]
    if frames[0] is not None and frames[1] is not None:
        return _in_frames(artifact, *frames)
    return in_lines(artifact, data[0], data[1])


def in_lines(artifact: str, left: bytes, right: bytes) -> Divergence:
    """The first line of two texts that differs."""
    lines = [side.split(b"\n") for side in (left, right)]
    for number, (one, other) in enumerate(zip(*lines, strict=False)):
        if one != other:
            return Divergence(artifact, "line", number, one.decode(errors="replace"), other.decode(errors="replace"))
    return Divergence(artifact, "lines", None, len(lines[0]), len(lines[1]))


def _in_frames(artifact: str, left: Any, right: Any) -> Divergence:
    from peakguard.engines.polars.difference import difference

    found = difference(left, right)
    if found is None:
        return Divergence(artifact)
    both = (found.left, found.right)
    ulps = ulps_between(*both) if all(isinstance(each, float) for each in both) else None
    return Divergence(artifact, found.column, found.row, *both, ulps, found.rows)


def _by_columns(artifact: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Divergence:
    """Of contents that were too large to be kept there are digests."""
    differ = [name for name, digest in one["columns"].items() if other["columns"].get(name) != digest]
    return Divergence(artifact, differ[0] if differ else None, None, one["digest"], other["digest"])
