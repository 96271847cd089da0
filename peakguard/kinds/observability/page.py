"""`docs/OBSERVABILITY.md`: where events and records go, what they carry, what never leaves the program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from peakguard.kinds.observability.compile import compile_document
from peakguard.kinds.observability.model import Observability
from peakguard.kinds.observability.page_redaction import redaction
from peakguard.language.document import Document
from peakguard.language.markdown import bullets, code, table, words
from peakguard.language.page import Command, Section

_STREAMS = ("stderr", "stdout", "logging", "otlp")
_PLACES = {
    "stderr": "standard error",
    "stdout": "standard output",
    "logging": "the handlers of the program's own loggers",
    "otlp": "OpenTelemetry, where `OTEL_EXPORTER_OTLP_ENDPOINT` says",
}
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_FIELDS = {
    "run_id": "the run; it sorts by time",
    "trace_id": "the run with all that it called and was called by",
    "span_id": "the part of the run",
    "policy_set": "the digest of the policies that judged",
}
_PROPAGATION = """\
Inside a run every event and record carries its ids. Tasks of asyncio and `asyncio.to_thread` keep them by themselves.
Threads and pools keep them with `context.context_executor(pool)`, `context.ContextThread`, `context.bind(function)`,
or all of a program with `context.propagate_context()`, once at its start. A subprocess is given `TRACEPARENT`,
`TRACESTATE` and `BAGGAGE` by `context.propagate_env(env)`; a run that begins there has the same trace, and this run as
its parent."""


def observability(documents: Sequence[Document[Observability]]) -> Iterator[Section]:
    """The policy in words; a project has one."""
    for document in documents[:1]:
        spec = document.spec
        yield Section("", _introduction(spec))
        yield Section("Find a run", _finding(spec))
        yield Section("Where it goes", _sinks(document))
        yield Section("Least levels by logger", _levels(spec))
        yield Section("What is left out", _samples(document))
        yield Section("What is struck out", redaction(spec.redact))
        yield Section("What every line carries", _context(spec))
        yield Section("Limits", _limits(spec))


def first_look(documents: Sequence[Document[Observability]]) -> Iterator[Command]:
    """All that one run has written."""
    for path in (path for document in documents[:1] for path in _files(document.spec)):
        yield Command(f"grep -h RUN_ID {_quoted(path)}*", "all that one run has written")


def _introduction(spec: Observability) -> str:
    about = f" {words(spec.description)}" if spec.description else ""
    modes = {
        "enforce": "",
        "observe": " Its mode is `observe`.",
        "off": " Its mode is `off`: nothing of what follows is written.",
    }
    begins = "It holds while `peakguard run -- python PROGRAM` runs a program, or inside `policies.observe()`."
    return f"Policy {code(spec.name)} {spec.version}.{about} {begins}{modes[spec.mode]}"


def _files(spec: Observability) -> list[str]:
    return [sink.to for sink in spec.sinks.values() if sink.to not in _STREAMS]


def _finding(spec: Observability) -> str:
    lines = [f"grep -h RUN_ID {_quoted(path)}*" for path in _files(spec)]
    lines += [f"grep -h TRACE_ID {_quoted(path)}*" for path in _files(spec) if "trace_id" in spec.fields]
    lines += ["peakguard report --run RUN_ID", "peakguard report --code CODE"]
    says = (
        "Every error says its `run_id`: in its text, in the report, and in what a dying program prints. With it, all "
        "that the run did is one filter away, over the files that were put aside too:"
    )
    without = (
        "" if "run_id" in spec.fields else "\n\nThe policy leaves `run_id` out: lines cannot be told apart by run."
    )
    return f"{says}\n\n```console\n" + "\n".join(lines) + f"\n```{without}"


def _sinks(document: Document[Observability]) -> str:
    compiled = compile_document(document)["sinks"]
    rows, bytes_at_most = [], 0
    for name, sink in document.spec.sinks.items():
        made = compiled[name]
        is_file = sink.to not in _STREAMS
        most = made["rotate"] * (made["keep"] + 1) if is_file else 0
        bytes_at_most += most
        place = code(sink.to) if is_file else _PLACES[sink.to]
        aside = f"{_size(made['rotate'])}, {made['keep']} kept" if is_file else "-"
        disk = _size(most) if is_file else "none"
        rows.append(
            (code(name), place, "-" if sink.to in ("logging", "otlp") else made["format"], sink.level, aside, disk)
        )
    found = table(("sink", "where", "form", "from level", "put aside at", "disk at most"), rows)
    if not bytes_at_most:
        return found
    return (
        f"{found}\n\nTogether at most {_size(bytes_at_most)} of disk, and a few lines more for each process that "
        "writes. A file that is put aside is called `PATH.TIME.PROCESS`; the oldest goes first. A sink that fails (a "
        "full disk) is told once on standard error and to the other sinks, and is tried again with the next record."
    )


def _levels(spec: Observability) -> str:
    others = "Other loggers keep the level that the program gave them. A sink writes nothing below its own level."
    if not spec.levels:
        return others
    rows = [
        (code(logger) if logger != "root" else "all loggers (`root`)", level) for logger, level in spec.levels.items()
    ]
    return f"{table(('logger', 'from level'), rows)}\n\n{others}"


def _samples(document: Document[Observability]) -> str:
    never = "Records of level error and above are left out only where their own code stands in this table."
    if not document.spec.sample:
        return "Nothing is left out."
    rows = []
    for name, sample in document.spec.sample.items():
        again = f"every {sample.per}" if sample.per is not None else "never"
        rows.append((code(name), str(sample.first), f"{sample.then:g}", again))
    told = (
        "A line that is written says how many before it were not (`sampled_out_before`); at the end the rest is told."
    )
    head = ("event, logger or code", "written at first", "share of the others", "from the start again")
    return f"{table(head, rows)}\n\n{never} {told}"


def _context(spec: Observability) -> str:
    rows = [(code(name), "written" if name in spec.fields else "null", says) for name, says in _FIELDS.items()]
    return f"{table(('field', '', 'what it names'), rows)}\n\n{_PROPAGATION}"


def _limits(spec: Observability) -> str:
    local = "with the local variables of the innermost ones" if spec.exceptions.locals else "without local variables"
    return bullets(
        (
            f"An event is at most {spec.limits.event} long; what is longer is shortened, and says so.",
            f"Lists and tables nested deeper than {spec.limits.depth} are written as text.",
            f"Of an exception the {spec.exceptions.frames} innermost frames are written, {local}.",
        )
    )


def _quoted(path: str) -> str:
    from shlex import quote

    return quote(path)


def _size(size: int) -> str:
    """A number of bytes as policies write it."""
    unit = 0
    while size % 1024 == 0 and size and unit < len(_UNITS) - 1:
        size, unit = size // 1024, unit + 1
    return f"{size}{_UNITS[unit]}"
