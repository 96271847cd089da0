"""The documents of operators that more than one kind has a part in."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.language.markdown import code, table
from peakguard.language.page import Section
from peakguard.pipeline.bundle import Bundle
from peakguard.render.kind_pages import Page
from peakguard.runtime.event_kind import EventKind
from peakguard.runtime.event_kinds import EVENTS
from peakguard.runtime.journal.segments import KEPT, SIZE

_STABILITY = """\
What is done so that this program stays as sound as it is: which tests there are, what each proves, and how to run it. A
change goes in when `peakguard gate` says so."""


def _events(_: Bundle) -> Iterator[Section]:
    says = (
        "What the runtime tells, to sinks, to the journal and to `policies.on_event`. Each has `time_unix_nano`, "
        "`severity_text` and the fields above beside its own attributes; a `?` marks those that may be null. A record "
        "of a logger is the event `log`, with its text as `body` and its logger as `logger`. What each attribute says "
        "stands in EVENTS.md of peakguard's own documents."
    )
    rows = [(code(name), kind.says, _attributes(kind)) for name, kind in EVENTS.items()]
    yield Section("Events", f"{says}\n\n" + table(("event", "when", "attributes"), rows))
    kept = (
        f"What goes wrong, and what ends it, is kept in `.peakguard/journal` too, without any policy: lines of JSON in "
        f"{KEPT} files of {SIZE >> 20} MiB. `peakguard report` adds them up."
    )
    yield Section("The journal", kept)


def _attributes(kind: EventKind) -> str:
    return ", ".join(f"{code(name)} {field.type}{'?' * field.nullable}" for name, field in kind.fields.items())


PAGES = (
    Page(
        "docs/REPRODUCIBILITY.md",
        "Reproducibility",
        "the reproducibility policy",
        "reproducibility",
        ("reproducibility",),
    ),
    Page(
        "docs/OBSERVABILITY.md",
        "Observability",
        "the observability policy",
        "observability",
        ("observability",),
        closing=_events,
    ),
    Page(
        "docs/STABILITY_TESTING.md",
        "Stability testing",
        "the policies",
        "stability_testing",
        ("gate", "test", "chaos"),
        _STABILITY,
    ),
)
