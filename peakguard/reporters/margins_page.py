"""Invariants of results as one page that needs no network: what became of each, and its margin over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from peakguard.reporters.invariants import breach_line, closest, counted, headline, status, tally
from peakguard.reporters.page.head import page_of
from peakguard.reporters.page.markup import Markup, cut, tag
from peakguard.reporters.page.ticks import number
from peakguard.runtime.invariant import InvariantOutcome, Verification
from peakguard.runtime.margin import Margin

_WIDTH, _HEIGHT = 1000, 100
_COLOURS = {"pass": "pass", "idle": "warning", "warning": "warning", "observed": "warning", "record": "warning"}
_SIGNS = {"pass": "✓", "warning": "!", "error": "✕", "skipped": "–"}
_STYLE = """
.inv article { border-top: 1px solid var(--edge); padding: .75rem 0; }
.inv h3 { font-size: 1rem; margin: 0 0 .25rem; }
.inv h3 .badge { margin-right: .5rem; }
.inv p { margin: .125rem 0; overflow-wrap: anywhere; }
.inv svg { display: block; width: 100%; height: 5rem; margin-top: .5rem; }
.inv .area { fill: var(--line); opacity: .8; }
.inv .line { fill: none; stroke: var(--line); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.inv .bound { stroke: var(--bar-fail); stroke-width: 1; stroke-dasharray: 6 4; vector-effect: non-scaling-stroke; }
.inv .first { stroke: var(--bar-fail); stroke-width: 2; vector-effect: non-scaling-stroke; }
"""


def margins_page(verified: Mapping[str, Verification], margins: Mapping[str, Sequence[Margin]], digest: str) -> str:
    """The HTML for the results in some files."""
    first = next(iter(verified.values()))
    head = tag(
        "header",
        tag("p", "peakguard verify", class_="brand"),
        tag("h1", first.policy, " ", tag("small", first.version)),
        tag("p", "judged under the policies ", tag("code", digest[:12]), class_="origin"),
        class_="banner",
    )
    sections = [_file(path, each, margins.get(path, ())) for path, each in verified.items()]
    body = tag("body", head, tag("main", *sections), class_="inv")
    return page_of(f"invariants of {first.policy}", body, _STYLE)


def _file(path: str, verification: Verification, margins: Sequence[Margin]) -> Markup:
    drawn = {each.id: each for each in margins}
    told = f"{headline(verification)} · {verification.steps:,} steps · {tally(verification)}"
    cards = [_card(each, verification, drawn.get(each.id)) for each in verification.outcomes]
    return tag("section", tag("h2", tag("code", path)), tag("p", told), *cards, class_="part", aria_label=path)


def _card(outcome: InvariantOutcome, verification: Verification, margin: Margin | None) -> Markup:
    word = status(outcome, is_enforced=verification.is_enforced)
    colour = "skipped" if word == "skipped" else _COLOURS.get(word, "error")
    said = "never exercised" if word == "idle" else "holds" if word == "pass" else word
    badge = tag("span", tag("span", _SIGNS[colour], aria_hidden="true"), said, class_=f"badge {colour}")
    code = [" ", tag("code", outcome.error)] if outcome.error and outcome.broken else []
    parts = [tag("h3", badge, tag("code", outcome.id), *code)]
    if outcome.asks:
        parts.append(tag("p", tag("code", cut(outcome.asks))))
    parts.append(tag("p", outcome.reason or "" if word == "skipped" else counted(outcome)))
    if outcome.first is not None:
        parts.append(tag("p", cut(breach_line(outcome.first), 600)))
        if outcome.first.message:
            parts.append(tag("p", outcome.first.message))
    if outcome.closest is not None:
        parts.append(tag("p", cut(closest(outcome.closest), 600)))
    if margin is not None:
        parts.append(_figure(margin, outcome, verification.steps))
    return tag("article", *parts, id=outcome.id)


def _figure(margin: Margin, outcome: InvariantOutcome, steps: int) -> Markup:
    known = [value for piece in margin.pieces for value in (piece.least, piece.most) if value is not None]
    finite = [value for value in known if abs(value) != float("inf")]
    if not finite:
        return tag("p", "nothing of it can be drawn", class_="more")
    bound = 1.0 if margin.kind == "used" else 0.0
    low, high = _usual(finite, bound)
    air = (high - low) * 0.05 or 1.0
    scale = _Scale(steps, low - air, high + air)
    children = [tag("path", class_="area", d=scale.area(margin)), tag("path", class_="bound", d=scale.level(bound))]
    if outcome.first is not None:
        children.append(tag("path", class_="first", d=scale.upright(outcome.first.step)))
    what = "share of the tolerance used; broken above 1" if margin.kind == "used" else "distance; broken below 0"
    extent = f"{what}: {number(min(finite))} to {number(max(finite))}"
    if low > min(finite) or high < max(finite):
        extent += ". What is beyond the scale stands at its edge"
    drawing = tag(
        "svg", *children, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", preserveAspectRatio="none", role="img",
        aria_label=f"{outcome.id}: {extent}",
    )  # fmt: skip # one element
    return tag("figure", tag("figcaption", tag("span", extent, class_="extent")), drawing)


def _usual(values: Sequence[float], bound: float) -> tuple[float, float]:
    """The range of the measures and the bound, without a few so far out that the others would be a flat line."""
    ordered = sorted(values)
    tenth = len(ordered) // 10
    usual = ordered[tenth], ordered[-1 - tenth]
    reach = 2 * max(abs(usual[0] - bound), abs(usual[1] - bound), usual[1] - usual[0])
    low, high = min(ordered[0], bound), max(ordered[-1], bound)
    return (max(low, min(usual[0], bound) - reach), min(high, max(usual[1], bound) + reach)) if reach else (low, high)


class _Scale:
    """From steps and measures to places."""

    def __init__(self, steps: int, low: float, high: float) -> None:
        self._steps, self._low, self._high = max(1, steps), low, high

    def _x(self, step: int) -> float:
        return (step - 1) / self._steps * _WIDTH

    def _y(self, value: float) -> float:
        share = (value - self._low) / (self._high - self._low)
        return (1 - min(1.0, max(0.0, share))) * _HEIGHT

    def level(self, value: float) -> str:
        """A line at one measure."""
        return f"M0 {self._y(value):.1f}H{_WIDTH}"

    def upright(self, step: int) -> str:
        """A line at one step."""
        return f"M{self._x(step):.1f} 0V{_HEIGHT}"

    def area(self, margin: Margin) -> str:
        """A bar from the least to the greatest measure of every piece."""
        return "".join(self._bars(margin))

    def _bars(self, margin: Margin) -> Iterator[str]:
        ends = [piece.step for piece in margin.pieces[1:]] + [self._steps + 1]
        for piece, end in zip(margin.pieces, ends, strict=True):
            if piece.least is None or piece.most is None:
                continue
            top, bottom = self._y(piece.most) - 0.8, self._y(piece.least) + 0.8
            left, right = self._x(piece.step), self._x(end)
            yield f"M{left:.1f} {top:.1f}H{right:.1f}V{bottom:.1f}H{left:.1f}z"
