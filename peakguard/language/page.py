"""What kinds have to say in the documents that operators read; `kinds/KIND/page.py` says it, `render` collects it.

Texts are Markdown: what comes out of a policy has gone through `language.markdown`.
"""

from __future__ import annotations

from typing import NamedTuple

from peakguard.diagnostics.span import Span


class Section(NamedTuple):
    """A part of a document; one without a title stands at its top."""

    title: str
    text: str


class Command(NamedTuple):
    """A line to type, with words in capitals for what is filled in, and what it is good for, in plain words."""

    line: str
    says: str


class Origin(NamedTuple):
    """A place in the policies that a code can come from."""

    code: str
    kind: str
    policy: str
    part: str
    """The rule, invariant or value, or words for the whole policy."""
    span: Span
    owner: str | None
    demand: str
    """What must hold, so that the code is not raised."""
    effect: str
    """What becomes of what does not."""
    commands: tuple[Command, ...] = ()


class Applied(NamedTuple):
    """A policy that stands around a call, by kind and name, and the stage of the call at which it acts."""

    kind: str
    name: str
    stage: str
    """`arguments`, ahead of everything; `result`, inside the retries; `call`, at the function itself."""


class Guard(NamedTuple):
    """A function of the program, and what stands around its calls."""

    name: str
    span: Span
    owner: str | None
    mode: str
    applies: tuple[Applied, ...]
    raises: tuple[tuple[str, str], ...]
    """The codes that the binding raises by itself, each with the stage of the call."""
    classifies: bool


class Failing(NamedTuple):
    """An error of a catalog at a stage of a guarded call, as other kinds may know it."""

    code: str
    stage: str
    retryable: bool
    matches: tuple[str, ...]
    """The foreign exceptions that become it."""
    also: tuple[str, ...]
    """The built-in exceptions that it is too."""


class Relief(NamedTuple):
    """What a policy does about an error of the calls that it stands around, by kind and name as a guard names it."""

    kind: str
    name: str
    span: Span
    says: tuple[str, ...]
    commands: tuple[Command, ...] = ()
