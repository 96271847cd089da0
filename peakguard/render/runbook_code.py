"""The section of one code in the runbook, in the order in which it is needed at night."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from peakguard.diagnostics.span import Span
from peakguard.language.markdown import anchor, block, bullets, code, table, words
from peakguard.language.page import Command
from peakguard.render.runbook_facts import Known

_NOBODY = "No policy raises it: the program does, with `policies.error(…)`."


def code_section(known: Known, more: Iterable[Command] = ()) -> str:
    """The section, beginning with a level-2 heading that is the code alone, for a stable anchor.

    `more` are commands that help with every code.
    """
    return "\n\n".join(_parts(known, more))


def _parts(known: Known, more: Iterable[Command]) -> Iterator[str]:
    entry = known.entry
    yield f"## {known.code}"
    helps = "trying again can help" if known.retryable else "trying again does not help"
    yield f"**{words(entry.title)}** ({code(entry.slug)}): {entry.severity}, {words(entry.category)}; {helps}."
    yield words(entry.cause) if entry.cause else "Why it happens is not written down: the catalog has no `cause`."
    if entry.recovery:
        yield "**Do**\n\n" + "\n".join(f"{number}. {words(step)}" for number, step in enumerate(entry.recovery, 1))
    if entry.hints:
        yield "**Try**\n\n" + bullets(map(words, entry.hints))
    yield "**Type**\n\n" + block(typed([*_commands(known), *more]), "console")
    yield f"**Look at** the message, {code(entry.message)}" + (", and its values:" if entry.context else ".")
    if entry.context:
        yield _context(known)
    yield "**Meanwhile**\n\n" + bullets(_meanwhile(known))
    yield "**Where it comes from**\n\n" + _origins(known)
    owners = ", ".join(words(owner) for owner in known.owners) or "nobody is named as `owner`"
    there = f"[{known.code} in the catalog](ERROR_CODES.md#{anchor(known.code)})"
    yield f"**Owner** {owners}. A program that dies of it leaves with {_exit(known)}. {there}"


def place(span: Span) -> str:
    """Where something is written, as a link from the folder of the documents."""
    shown = f"{span.file}:{span.line}"
    return (
        code(shown)
        if span.file.startswith("pkg:") or " " in span.file
        else f"[{words(shown)}](../{span.file}#L{span.line})"
    )


def typed(commands: Iterable[Command]) -> str:
    """Lines to type, each with what it is good for."""
    lines = {each.line: each.says for each in commands}
    width = max(map(len, lines))
    return "\n".join(f"{line.ljust(width)}  # {says}" for line, says in lines.items())


def _commands(known: Known) -> Iterator[Command]:
    yield Command(f"peakguard report --code {known.code}", "how often, where, in which runs")
    yield Command(f"peakguard explain {known.code}", "all that is known of it")
    for origin in known.origins:
        yield from origin.commands
    for guard, _, reliefs in known.guards:
        yield Command(f"peakguard show {guard.name}", "all that is done around a call")
        for relief in reliefs:
            yield from relief.commands


def _context(known: Known) -> str:
    rows = [
        (code(name), code(field.type), code(field.unit) if field.unit else "", words(field.description or ""))
        for name, field in known.entry.context.items()
    ]
    return table(("value", "type", "unit", ""), rows)


def _meanwhile(known: Known) -> Iterator[str]:
    if not known.guards:
        classified = known.entry.matches and not known.origins
        yield (
            "No binding guards what it comes from: whoever calls gets it at once." if not classified else _UNCLASSIFIED
        )
    for guard, stage, reliefs in known.guards:
        says = [text for relief in reliefs for text in relief.says]
        if guard.mode != "enforce":
            says = ["It is only reported: the binding observes."]
        elif stage == "arguments":
            says = ["The call is not made; the caller gets the error at once."]
        elif not says:
            says = ["The caller gets the error at once."]
        named = ", ".join(f"{relief.kind} {code(relief.name)}" for relief in reliefs)
        yield f"{code(guard.name)} ({place(guard.span)}{', ' * bool(named)}{named}). {' '.join(says)}"


_UNCLASSIFIED = "No binding says `classify`: the foreign exceptions keep their own names."


def _origins(known: Known) -> str:
    if not known.origins:
        return _NOBODY
    rows = [
        (place(each.span), f"{each.kind} {code(each.policy)}, {each.part}", each.demand, each.effect)
        for each in known.origins
    ]
    return table(("at", "what", "what must hold", "what happens else"), rows)


def _exit(known: Known) -> str:
    exit_code = known.entry.exit_code or known.category.exit_code
    status = known.entry.http_status or known.category.http_status
    return f"exit code {exit_code}, a request with status {status}"
