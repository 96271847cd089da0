"""`docs/RUNBOOK.md`: what to do when a code of the project comes up, readable at three in the morning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from peakguard.language.markdown import anchor, block, code, table, words
from peakguard.language.page import Command
from peakguard.pipeline.bundle import Bundle
from peakguard.render.kind_pages import hooked, notice
from peakguard.render.runbook_code import code_section, typed
from peakguard.render.runbook_facts import Known, known_codes

RUNBOOK = "docs/RUNBOOK.md"
_SEVERITIES = ("critical", "error", "warning", "info")
_FIRST = """\
1. **Find the code.** Every error begins with one, such as {example}; the section of that name below says what to do. A
   program that only left an exit code is under [What you see](#what-you-see). A code `PG…` is peakguard's own:
   `peakguard explain PG…`.
2. **See how far it goes.** `peakguard report --since 24h` counts codes, and names the runs that are not well again.
3. **Find the run.** The error says its `run_id`; `peakguard report --run RUN_ID` and the commands below tell what it
   did.
4. **Keep what there is.** What was set aside, the last steps of halted runs, damaged files and the journal lie in
   `.peakguard/`. Copy that folder before anything is cleaned.
5. **Begin again only when the code's section says so.** What is *critical* is not made well by another start.
6. **Last of all** `PEAKGUARD_MODE=observe` lets a program run with guards that only report: retries, breakers and
   refusals are off, and what they kept out goes in. That is for the owner to decide."""


def runbook(bundle: Bundle) -> str:
    """The whole document, which ends with one line break."""
    codes = known_codes(bundle)
    more = [command for _, says, documents in hooked("for_a_code", bundle) for command in says(documents)]
    parts = [
        "# Runbook",
        notice("the policies"),
        "What to do when one of this program's errors comes up.",
        "## The first five minutes",
        _FIRST.format(example=code(codes[0].code) if codes else "`PT-1100`"),
        block(typed(_first_look(bundle)), "console"),
        "## Codes by severity",
        _by_severity(codes),
        "## Codes by category",
        _by_category(codes),
        "## What you see",
        _by_symptom(codes),
        *(code_section(each, more) for each in codes),
    ]
    return "\n\n".join(parts) + "\n"


def _first_look(bundle: Bundle) -> Iterator[Command]:
    yield Command("peakguard report --since 24h", "what went wrong, and what is not well yet")
    yield Command("peakguard report --run RUN_ID", "what went wrong in one run")
    for _, says, documents in hooked("first_look", bundle):
        yield from says(documents)


def _by_severity(codes: list[Known]) -> str:
    ordered = sorted(codes, key=lambda each: _SEVERITIES.index(each.entry.severity))
    rows = [
        (each.entry.severity, _link(each), words(each.entry.title), ", ".join(map(words, each.owners)))
        for each in ordered
    ]
    return table(("severity", "code", "what", "owner"), rows)


def _by_category(codes: list[Known]) -> str:
    found: dict[str, list[Known]] = {}
    for each in codes:
        found.setdefault(each.entry.category, []).append(each)
    rows = [
        (words(name), words(members[0].category.description or ""), _links(members)) for name, members in found.items()
    ]
    return table(("category", "", "codes"), rows)


def _by_symptom(codes: list[Known]) -> str:
    found: dict[str, list[Known]] = {}
    for each in codes:
        for symptom in _symptoms(each):
            found.setdefault(symptom, []).append(each)
    return table(("what you see", "it is one of"), [(each, _links(found[each])) for each in sorted(found)])


def _symptoms(known: Known) -> Iterator[str]:
    entry, category = known.entry, known.category
    yield from (f"{code(guard.name)} fails" for guard, _, _ in known.guards)
    yield f"exit code {entry.exit_code or category.exit_code}"
    yield from map(_seen, [*entry.also, *(match.text for match in entry.matches)])


def _seen(match: str) -> str:
    """What a foreign exception, or one of Python's, looks like."""
    form, _, rest = match.partition(":")
    words_of = {"http": f"an answer with status {rest}", "errno": f"the system error {code(rest)}"}
    return words_of.get(form, f"the exception {code(match)}")


def _links(codes: Iterable[Known]) -> str:
    return ", ".join(map(_link, codes))


def _link(known: Known) -> str:
    return f"[{known.code}](#{anchor(known.code)})"
