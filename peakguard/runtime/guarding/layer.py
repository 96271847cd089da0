"""One thing that a guard does around a call, as statements of the wrapper's text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

ORDER = (
    "trace",
    "checkpoint",
    "arguments",
    "fallback",
    "cache",
    "total timeout",
    "retry",
    "result",
    "rate limit",
    "bulkhead",
    "breaker",
    "attempt timeout",
    "classify",
    "writes",
    "invariants",
    "fault",
)
"""Where a layer stands in a wrapper, outermost first; the function itself stands inside all of them."""


class Layer(NamedTuple):
    """Statements around what is inside a layer.

    They are templates: `{result}` is the value that the call gives, `{error}` the exception that leaves it, `{item}`
    what a generator yields; `{arg[x]}` reads the parameter `x` and `{set[x]}` stands for it left of `=`. Any other word
    is an object of `names`, or a variable of the layer's own. Statements raise what was made elsewhere, so that a
    traceback shows the wrapper's frame and no other of ours.

    `before` runs ahead of the call, `after` when it has returned, `failed` when it has raised, whose exception goes on.
    `block` is the `with` that all of it stands in, `each` runs for every item of a generator, and `stepping` and
    `stepped` around each of its steps.

    `repeated` makes what is inside a loop: after an exception these statements run, which raise or let it go round
    again, and `round` runs when it has not raised, and may `continue`. `rescued` gives `{result}` in place of an
    exception, or raises; `{given}` are the arguments of the call. `inner` makes what is called of the function itself.
    `whole` is one statement in place of what is inside, which stands in a function of its own: `{inside}`, without
    parameters, gives the result or raises, and of a coroutine is to be awaited.
    """

    place: str
    label: str
    names: Mapping[str, Any]
    before: tuple[str, ...] = ()
    block: str = ""
    after: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    each: tuple[str, ...] = ()
    stepping: tuple[str, ...] = ()
    stepped: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    round: tuple[str, ...] = ()
    rescued: tuple[str, ...] = ()
    whole: str = ""
    inner: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None

    @property
    def rank(self) -> int:
        """Its place in the order, 0 outermost."""
        return ORDER.index(self.place)
