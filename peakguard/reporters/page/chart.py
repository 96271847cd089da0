"""One column of one group as a line, with what speaks against its rows marked on it and below it.

The picture stretches with the page while strokes and words keep their size, so words stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from peakguard.reporters.page.markup import Markup, tag
from peakguard.reporters.page.ticks import moment, number, number_ticks, time_ticks
from peakguard.runtime.series import Axis, Mark, Panel, Stretch

WIDTH, HEIGHT = 1000, 100
_RUG = (106, 114)
_WHOLE = 116
_FAR = 3.0
_NEAR_END = 0.9


class Scale(NamedTuple):
    """From values to places; what lies beyond `low` and `high` stands at the edge."""

    start: float
    end: float
    low: float
    high: float
    is_clipped: bool

    def x(self, at: float) -> float:
        """The place of a position, 0..WIDTH."""
        span = self.end - self.start
        return (at - self.start) / span * WIDTH if span > 0 else WIDTH / 2

    def y(self, value: float) -> float:
        """The place of a value, 0..HEIGHT from the top."""
        span = self.high - self.low
        share = (value - self.low) / span if span > 0 else 0.5
        return (1 - min(1.0, max(0.0, share))) * HEIGHT


def chart(axis: Axis, panel: Panel, column: str, marks: Mapping[str, tuple[str, bool]], unit: str | None) -> Markup:
    """The figure; `marks` gives the colour of each rule, and whether it reads this column."""
    bounds = _values(panel, column)
    scale = _scale(panel, bounds)
    low, high = (min(bounds), max(bounds)) if bounds else (None, None)
    told = _told(axis, panel, column, low, high)
    drawing = tag(
        "svg",
        *_grid(scale),
        *_gaps(panel, scale, axis),
        tag("path", class_="line" if len(panel.stretches) > 1 else "line alone", d=_line(panel, column, scale)),
        *_marks(panel, column, marks, scale),
        viewBox=f"0 0 {WIDTH} {_WHOLE}",
        preserveAspectRatio="none",
        role="img",
        aria_label=told,
    )
    plot = tag("div", drawing, *_labels(axis, scale), class_="plot")
    name = tag("b", column, *([f" in {unit}"] if unit else []))
    extent = f" {number(low)} to {number(high)}" if low is not None and high is not None else " no number in it"
    notes = ["Values beyond the scale stand at its edge."] if scale.is_clipped else []
    caption = tag("figcaption", name, tag("span", extent, *(f". {note}" for note in notes), class_="extent"))
    return tag("figure", caption, plot, class_="chart")


def _values(panel: Panel, column: str) -> list[float]:
    return [value for each in panel.stretches for value in (each.low[column], each.high[column]) if value is not None]


def _scale(panel: Panel, values: list[float]) -> Scale:
    """The range of the values, unless a few lie so far out that the others would be a flat line."""
    if not values:
        return Scale(panel.start, panel.end, 0.0, 1.0, is_clipped=False)
    ordered = sorted(values)
    low, high = ordered[0], ordered[-1]
    usual = ordered[len(ordered) // 20], ordered[-1 - len(ordered) // 20]
    reach = _FAR * (usual[1] - usual[0])
    if reach > 0:
        low, high = max(low, usual[0] - reach), min(high, usual[1] + reach)
    is_clipped = low > ordered[0] or high < ordered[-1]
    # A little air, so that the extremes do not touch the frame.
    air = (high - low) * 0.04 or abs(high) * 0.1 or 1.0
    return Scale(panel.start, panel.end, low - air, high + air, is_clipped)


def _line(panel: Panel, column: str, scale: Scale) -> str:
    """Up and down through every stretch; broken where rows or values are missing."""
    ends = iter(sorted(gap.end for gap in panel.gaps))
    gap = next(ends, None)
    steps: list[str] = []
    pen, before = "M", 0.0
    for each in panel.stretches:
        while gap is not None and each.at >= gap:
            pen, gap = "M", next(ends, None)
        bounds = _bounds(each, column)
        if bounds is None:
            pen = "M"
            continue
        places = sorted({round(scale.y(value), 1) for value in bounds})
        if abs(places[-1] - before) < abs(places[0] - before):
            places.reverse()
        # A stretch that stands alone is a dot.
        alone = "h0" if pen == "M" and len(places) == 1 else ""
        for y in places:
            steps.append(f"{pen}{scale.x(each.at):.1f} {y}{alone}")
            pen, before = "L", y
    return "".join(steps)


def _bounds(each: Stretch | Mark, column: str) -> tuple[float, float] | None:
    low, high = each.low[column], each.high[column]
    return (low, high) if low is not None and high is not None else None


def _grid(scale: Scale) -> Iterator[Markup]:
    for tick in number_ticks(scale.low, scale.high):
        yield tag("path", class_="grid", d=f"M0 {scale.y(tick.at):.1f}H{WIDTH}")


def _labels(axis: Axis, scale: Scale) -> Iterator[Markup]:
    for tick in number_ticks(scale.low, scale.high):
        yield tag("span", tick.label, class_="y", style=f"top:{scale.y(tick.at) / _WHOLE * 100:.2f}%")
    ticks = time_ticks(scale.start, scale.end) if axis.is_time else number_ticks(scale.start, scale.end)
    for index, tick in enumerate(ticks):
        share = scale.x(tick.at) / WIDTH
        # On a phone every other label is left out; the last one must not stick out of the page.
        words = ["x", *(["minor"] if index % 2 else []), *(["end"] if share > _NEAR_END else [])]
        yield tag("span", tick.label, class_=" ".join(words), style=f"left:{share * 100:.2f}%")


def _gaps(panel: Panel, scale: Scale, axis: Axis) -> Iterator[Markup]:
    for gap in panel.gaps:
        start, width = scale.x(gap.start), scale.x(gap.end) - scale.x(gap.start)
        title = f"gap from {place(axis, gap.start)} to {place(axis, gap.end)}, before row {gap.row:,}"
        area = f"M{start:.1f} 0h{max(width, 2):.1f}V{HEIGHT}h-{max(width, 2):.1f}z"
        yield tag("g", tag("title", title), tag("path", class_="gap", d=area))


def _marks(panel: Panel, column: str, marks: Mapping[str, tuple[str, bool]], scale: Scale) -> Iterator[Markup]:
    # What refuses the data is drawn last, above the lesser marks.
    for rule in sorted(marks, key=lambda name: marks[name][0] == "error"):
        colour, reads = marks[rule]
        own = [mark for mark in panel.marks if mark.rule == rule]
        if not own:
            continue
        rug = "".join(f"M{scale.x(mark.at):.1f} {_RUG[0]}V{_RUG[1]}" for mark in own)
        parts = [tag("title", f"{rule}: {sum(mark.rows for mark in own):,} rows, the first is row {own[0].row:,}")]
        parts.append(tag("path", class_=f"rug {colour}", d=rug))
        dots = "".join(_dots(own, column, scale)) if reads else ""
        if dots:
            parts += [tag("path", class_="halo", d=dots), tag("path", class_=f"dot {colour}", d=dots)]
        yield tag("g", *parts)


def _dots(marks: list[Mark], column: str, scale: Scale) -> Iterator[str]:
    for mark in marks:
        bounds = _bounds(mark, column)
        for y in sorted({round(scale.y(value), 1) for value in bounds or ()}):
            yield f"M{scale.x(mark.at):.1f} {y}h0"


def _told(axis: Axis, panel: Panel, column: str, low: float | None, high: float | None) -> str:
    """The picture in words."""
    marked = sum(mark.rows for mark in panel.marks)
    extent = f"from {place(axis, panel.start)} to {place(axis, panel.end)}"
    values = f", between {number(low)} and {number(high)}" if low is not None and high is not None else ""
    gaps = f", {len(panel.gaps):,} gaps" if panel.gaps else ""
    return f"{column} {extent}{values}; {marked:,} marks{gaps}"


def place(axis: Axis, at: float) -> str:
    """A position of the axis in words."""
    return moment(at) if axis.is_time else number(at)
