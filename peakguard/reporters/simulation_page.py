"""A simulation as one page that needs no network: outcomes and load over time, the breaker, and what it adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from peakguard.reporters.page.head import page_of
from peakguard.reporters.page.markup import Markup, tag
from peakguard.reporters.simulation import FACTS

_WIDTH, _HEIGHT = 1000, 100
_STACK = {"ok": "var(--bar-pass)", "failed": "var(--bar-fail)", "rejected": "var(--bar-unknown)"}
_COLOURS = {"closed": "var(--bar-pass)", "open": "var(--bar-fail)", "half_open": "var(--warning)"}
_STYLE = """
.strip { height: .875rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top; }
tr { border-bottom: 1px solid var(--edge); }
.key { display: inline-block; width: .75em; height: .75em; margin: 0 .375em 0 1em; vertical-align: -.05em; }
.sim svg { display: block; width: 100%; height: 8rem; }
.sim svg.strip { height: 1rem; }
.sim figure { margin-bottom: 1.25rem; }
.sim h2 { margin: 1.5rem 0 .75rem; }
.sim .line { fill: none; stroke: var(--line); stroke-width: 2; vector-effect: non-scaling-stroke; }
"""


def simulation_page(runs: Sequence[Mapping[str, Any]], script: str) -> str:
    """The HTML of one run, or of two, side by side."""
    first = runs[0]
    names = ["this project", "against"] if len(runs) > 1 else [""]
    most = max((max(each["calls"], each["attempts"]) for run in runs for each in run["buckets"]), default=1)
    head = tag(
        "header",
        tag("p", "peakguard simulate", class_="brand"),
        tag("h1", str(first["policy"])),
        tag("p", f"{first['rps']:g} calls a second for {first['seconds']:g} s under ", tag("code", script),
            f", seed {first['seed']}", class_="origin"),
        class_="banner",
    )  # fmt: skip # one element each
    sections = [_section(name, run, most) for name, run in zip(names, runs, strict=True)]
    body = tag("body", head, tag("main", *sections, _table(names, runs)), class_="sim")
    return page_of(f"simulation of {first['policy']}", body, _STYLE)


def _section(name: str, run: Mapping[str, Any], most: int) -> Markup:
    parts = [tag("h2", name)] if name else []
    keys = [Markup(tag("span", class_="key", style=f"background:{colour}") + key) for key, colour in _STACK.items()]
    parts.append(_figure("What becomes of calls", keys, _svg(_stacked(run, most), "calls by outcome"), most))
    line = _svg([tag("path", class_="line", d=_line(run, "attempts", most))], "attempts that reach the dependency")
    parts.append(_figure("Attempts that reach the dependency", [], line, most))
    if any(bucket["state"] for bucket in run["buckets"]):
        keys = [Markup(tag("span", class_="key", style=f"background:{each}") + key) for key, each in _COLOURS.items()]
        parts.append(_figure("The breaker", keys, _svg(_states(run), "states of the breaker", strip=True), None))
    if any(bucket["tokens"] is not None for bucket in run["buckets"]):
        full = max(bucket["tokens"] or 0 for bucket in run["buckets"])
        path = [tag("path", class_="line", d=_line(run, "tokens", full))]
        parts.append(_figure("Tokens of the budget of retries", [], _svg(path, "tokens"), full))
    return tag("section", *parts, class_="part")


def _figure(title: str, keys: Sequence[str], drawing: Markup, most: int | None) -> Markup:
    scale = f" up to {most:,}" if most is not None else ""
    return tag("figure", tag("figcaption", tag("b", title), tag("span", scale, class_="extent"), *keys), drawing)


def _svg(children: Iterable[Markup], told: str, *, strip: bool = False) -> Markup:
    return tag(
        "svg", *children, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", preserveAspectRatio="none", role="img", aria_label=told,
        class_="strip" if strip else None,
    )  # fmt: skip # one element


def _stacked(run: Mapping[str, Any], most: int) -> Iterator[Markup]:
    width = _WIDTH / len(run["buckets"])
    for place, bucket in enumerate(run["buckets"]):
        top = float(_HEIGHT)
        for key, colour in _STACK.items():
            height = bucket[key] / max(1, most) * _HEIGHT
            top -= height
            if height:
                yield _box(place * width, top, width, height, colour)


def _states(run: Mapping[str, Any]) -> Iterator[Markup]:
    width = _WIDTH / len(run["buckets"])
    for place, bucket in enumerate(run["buckets"]):
        if bucket["state"] is not None:
            yield _box(place * width, 0, width, _HEIGHT, _COLOURS.get(bucket["state"], "var(--bar-unknown)"))


def _box(x: float, y: float, width: float, height: float, colour: str) -> Markup:
    path = f"M{x:.1f} {y:.1f}h{width:.1f}v{height:.1f}h-{width:.1f}z"
    return tag("path", d=path, style=f"fill:{colour}")


def _line(run: Mapping[str, Any], key: str, most: int) -> str:
    width = _WIDTH / len(run["buckets"])
    steps = []
    for place, bucket in enumerate(run["buckets"]):
        y = (1 - (bucket[key] or 0) / max(1, most)) * _HEIGHT
        steps.append(f"{'M' if place == 0 else 'L'}{(place + 0.5) * width:.1f} {y:.1f}")
    return "".join(steps)


def _table(names: Sequence[str], runs: Sequence[Mapping[str, Any]]) -> Markup:
    head = [tag("tr", tag("th", ""), *(tag("th", name) for name in names))] if len(runs) > 1 else []
    rows = [tag("tr", tag("th", name), *(tag("td", tell(run)) for run in runs)) for name, tell in FACTS.items()]
    return tag("section", tag("h3", "What it adds up to"), tag("table", *head, *rows), class_="part")
