"""What guards do around a call, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from peakguard.diagnostics.wording import message
from peakguard.reporters.visible import visible


def guards_text(guards: Iterable[Mapping[str, Any]]) -> str:
    """The report of `peakguard show` for bindings, given what their JSON form holds."""
    return "\n".join("\n".join([*_guard(guard), ""]) for guard in guards)


def _guard(guard: Mapping[str, Any]) -> Iterator[str]:
    mode = f"{guard['mode']}, critical" if guard["critical"] else guard["mode"]
    yield f"binding {visible(guard['name'])}  {guard['origin']}  {mode}"
    for number, layer in enumerate(guard["layers"], start=1):
        yield f"  {number} {layer['place']}"
        yield from _does(layer["does"])
    yield f"  {len(guard['layers']) + 1} {_function(guard)}"
    for code, context in guard.get("faults", ()):
        yield f"  {code}: {visible(message(code, context))}"
    if guard.get("form"):
        yield "  wrapper"
        yield from (f"    {visible(line)}".rstrip() for line in guard["form"]["text"].rstrip("\n").split("\n"))


def _does(rules: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for rule in rules:
        code = f"  [{rule['code']}]" if rule["code"] else ""
        yield f"      {visible(rule['text'])}  ({rule['id']}){code}"


def _function(guard: Mapping[str, Any]) -> str:
    form = guard.get("form")
    name = guard["target"] or "the function that is decorated"
    return f"{name}{visible(form['signature'])}, {form['flavour']}" if form else str(name)
