"""The four forms of a function, and how a wrapper of each form calls what it wraps."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

Flavour = Literal["plain", "coroutine", "generator", "async generator"]
_INDENT = "    "


def flavour_of(function: Callable[..., Any]) -> Flavour:
    """What calling a function gives: its result, or something that is awaited or iterated over for it."""
    if inspect.iscoroutinefunction(function):
        return "coroutine"
    if inspect.isgeneratorfunction(function):
        return "generator"
    return "async generator" if inspect.isasyncgenfunction(function) else "plain"


def call_lines(flavour: Flavour, call: str, *, in_steps: bool) -> list[str]:
    """The statements, as templates, that leave the outcome of a call in `{result}`.

    With `in_steps` a generator is driven step by step, and the lines `STEPPING`, `STEPPED` and `EACH` mark where
    statements of layers belong.
    """
    if flavour == "plain":
        return [f"{{result}} = {call}"]
    if flavour == "coroutine":
        return [f"{{result}} = await {call}"]
    if flavour == "generator" and not in_steps:
        return [f"{{result}} = yield from {call}"]
    template = _DRIVEN.replace("<call>", call)
    for word, text in _WORDS[flavour].items():
        template = template.replace(f"<{word}>", text)
    return template.splitlines()


def indented(lines: Sequence[str]) -> list[str]:
    """The lines one step to the right."""
    return [_INDENT + line for line in lines]


_WORDS: Mapping[Flavour, Mapping[str, str]] = {
    "generator": {
        "next": "__next__",
        "send": "send",
        "throw": "throw",
        "close": "close",
        "await ": "",
        "end": "{Stop}",
        "value": "{end}.value",
    },
    "async generator": {
        "next": "__anext__",
        "send": "asend",
        "throw": "athrow",
        "close": "aclose",
        "await ": "await ",
        "end": "{AsyncStop}",
        "value": "None",
    },
}
# `yield from` written out, as PEP 380 defines it, with places for statements between its steps.
_DRIVEN = """\
{steps} = <call>
{ask}, {sent} = {steps}.<next>, ()
try:
    while True:
        STEPPING
        try:
            {item} = <await >{ask}(*{sent})
        except <end> as {end}:
            {result} = <value>
            break
        finally:
            STEPPED
        EACH
        try:
            {got} = yield {item}
        except {Exit}:
            raise
        except {Any} as {thrown}:
            {ask}, {sent} = {steps}.<throw>, ({thrown},)
        else:
            {ask}, {sent} = ({steps}.<next>, ()) if {got} is None else ({steps}.<send>, ({got},))
finally:
    <await >{steps}.<close>()"""
