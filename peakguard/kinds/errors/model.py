"""What an `errors` policy may say."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Strict, Tag

from peakguard.diagnostics import codes
from peakguard.kinds.errors.foreign import Foreign, ShortForeign
from peakguard.language.header import Policy
from peakguard.language.model import Model
from peakguard.language.references import ErrorRef
from peakguard.language.typed import LooseTypeText, ShortForm
from peakguard.language.values import Flag, Identifier, Name, Slug, Text, Version, fault, of_form

_CODE = re.compile(r"[A-Z]{1,10}-?[0-9]{3,6}", re.ASCII)
_RANGE = re.compile(r"([0-9]{1,6})-([0-9]{1,6})", re.ASCII)

Builtin = Literal[
    "ArithmeticError", "AssertionError", "AttributeError", "BufferError", "ConnectionError", "EOFError",
    "FileExistsError", "FileNotFoundError", "ImportError", "IndexError", "InterruptedError", "KeyError",
    "LookupError", "MemoryError", "NotImplementedError", "OSError", "OverflowError", "PermissionError",
    "ReferenceError", "RuntimeError", "TimeoutError", "TypeError", "ValueError", "ZeroDivisionError",
]  # fmt: skip # one exception a line would be a page of its own


def _check_range(text: str) -> str:
    match = _RANGE.fullmatch(text)
    if not match or int(match[1]) > int(match[2]):
        raise fault(codes.BAD_NAME, found=text, what="range of codes", form="two numbers in order, such as 1000-1999")
    return text


Code = Annotated[str, Strict(), of_form(_CODE, "error code", "capitals, a dash and digits, such as PT-1103")]
CodeRange = Annotated[str, Strict(), AfterValidator(_check_range)]
ExitCode = Annotated[int, Strict(), Field(ge=1, le=125)]
HttpStatus = Annotated[int, Strict(), Field(ge=400, le=599)]


class Category(Model):
    """A family of codes; its values are defaults for the codes in it."""

    codes: CodeRange | None = None
    """Numbers that codes of this category may have, such as 1000-1999."""
    description: Text | None = None
    """What the codes of this family have in common."""
    retryable: Flag = False
    """Whether trying again can help."""
    exit_code: ExitCode = 1
    """Exit code of a program that dies of such an error."""
    http_status: HttpStatus = 500
    """Status of an HTTP answer that reports such an error."""


class ContextField(Model):
    """One value that an error carries and its message may show."""

    type: LooseTypeText
    """Data type of the value."""
    unit: Name | None = None
    """Unit of measure."""
    description: Text | None = None
    """What the value says."""


class Example(Model):
    """A real occurrence, rendered into the documents."""

    context: dict[str, Any] = Field(default_factory=dict)
    """A value for every field of the error's context."""
    failing: Text | None = None
    """What raises the error, as a file of this kind."""
    mended: Text | None = None
    """The same, put right."""


class ActiveError(Model):
    """A code that may be raised."""

    slug: Slug
    """The name of the error in code and in telemetry; never changes meaning."""
    title: Text
    """A heading, the same for every occurrence."""
    category: Name
    """The family whose defaults hold."""
    severity: Literal["info", "warning", "error", "critical"]
    """How bad one occurrence is."""
    message: Text
    """What happened, with `{placeholders}` from the context."""
    status: Literal["active", "deprecated"] = "active"
    """`deprecated` codes are still raised, but no new use should begin."""
    replaced_by: ErrorRef | None = None
    """The code to use instead of a deprecated one."""
    context: dict[Identifier, Annotated[ContextField, ShortForm()]] = Field(default_factory=dict)
    """The typed values that every occurrence carries."""
    cause: Text | None = None
    """Why it happens."""
    hints: tuple[Text, ...] = ()
    """What to try, shortest way first."""
    recovery: tuple[Text, ...] = ()
    """Steps for the operator, in order."""
    retryable: Flag | None = None
    """Whether trying again can help."""
    exit_code: ExitCode | None = None
    """Exit code of a program that dies of this error."""
    http_status: HttpStatus | None = None
    """Status of an HTTP answer that reports this error."""
    also: tuple[Builtin, ...] = ()
    """Built-in exceptions that the error also is, so that old `except` clauses still catch it."""
    matches: tuple[Annotated[Foreign, ShortForeign()], ...] = ()
    """Foreign exceptions that become this code."""
    since: Version | None = None
    """The version of this policy that brought the code."""
    examples: tuple[Example, ...] = ()
    """Occurrences that the documents show."""


class RetiredError(Model):
    """The tombstone of a code: it is never raised, and never used again for anything else."""

    status: Literal["retired"]
    """Marks the tombstone."""
    replaced_by: ErrorRef | None = None
    """The code that took its place."""
    reason: Text | None = None
    """Why it was retired."""
    since: Version | None = None
    """The version of this policy that brought the code."""
    retired: Version
    """The version of this policy that retired it."""


def _tag_of(value: Any) -> str:
    status = value.get("status") if isinstance(value, dict) else getattr(value, "status", None)
    return "(retired)" if status == "retired" else "(active)"


# The tags appear in pydantic's error locations; a tag that is also a key would be taken for one.
Entry = Annotated[
    Annotated[ActiveError, Tag("(active)")] | Annotated[RetiredError, Tag("(retired)")], Discriminator(_tag_of)
]


class Errors(Policy):
    """A catalog of error codes."""

    kind: Literal["errors"]
    """What the file declares."""
    domain: Name
    """Identifies the catalog together with a code: `peak-trade PT-1103`."""
    categories: Annotated[dict[Name, Category], Field(min_length=1)]
    """Families of codes, with defaults."""
    errors: Annotated[dict[Code, Entry], Field(min_length=1)]
    """The codes."""


MODEL = Errors
