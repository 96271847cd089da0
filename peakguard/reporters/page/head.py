"""The head of every page: nothing may be loaded and no script may run, whatever the data hold."""

from __future__ import annotations

from importlib.resources import files

from peakguard.reporters.page.markup import Markup, tag

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page_of(title: str, body: Markup, style: str = "") -> str:
    """A whole page; `style` is added to what all pages have in common."""
    common = files("peakguard.reporters.page").joinpath("style.css").read_text(encoding="utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="robots", content="noindex"),
        tag("title", title),
        tag("style", Markup(common + style)),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"
