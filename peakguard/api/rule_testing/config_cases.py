"""Files and variables for a config policy: judged as when it is loaded, and its rules by what they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.api.rule_testing.outcome import Mismatch, shown
from peakguard.api.rule_testing.rules import Expected, Judged, Ran, compare
from peakguard.crosschecks.rule_tests import full_id, leads
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import ERROR, Diagnostic
from peakguard.kinds.config.examine import ENV, Examined
from peakguard.kinds.config.files import File, Wanted, parse_config
from peakguard.kinds.config.inputs import of_values
from peakguard.kinds.config.model import Config as Spec
from peakguard.kinds.config.model import Value
from peakguard.kinds.config.rules import Outcome
from peakguard.kinds.config.runtime import Config
from peakguard.kinds.config.sections import Secret, flat
from peakguard.kinds.config.structure import places
from peakguard.kinds.config.trial import meanings
from peakguard.kinds.config.values import bound_in_words
from peakguard.kinds.test.expected import Fault
from peakguard.kinds.test.model import ConfigCase
from peakguard.runtime.digest import digest_of

_OF_RULES = (codes.CONFIG_RULE_BROKEN, codes.CONFIG_RULE_UNKNOWN)


class Finding(NamedTuple):
    """A finding, with the id of the rule or bound that it is about, if it is about one."""

    told: Diagnostic
    rule: str | None


def run_case(spec: Spec, config: Config, case: ConfigCase, expected: Expected) -> Ran:
    """Examine the configuration. Nothing is read but what the case says."""
    wanted = _wanted(config, case)
    strange = next((path for path in case.files if path not in [each.path for each in wanted]), None)
    if strange is not None:
        span = expected.document.key_span(*expected.path, "files", strange)
        known = ", ".join(each.path for each in wanted) or "none"
        return Ran({}, (), [Mismatch("not run", span, strange, f"a file of the policy ({known})", "another")])
    files = [_file(each, case.files) for each in wanted] if case.values is None else [of_values("values", case.values)]
    examined, errors, judged = observe(spec, config, files, case.environment)
    mismatches = [*_compared(expected, case, judged, errors), *_of_whole(expected, config, examined, case)]
    mismatches += _disagreements(expected, spec, examined, case)
    return Ran(judged, ("scalar", "reference"), mismatches)


def observe(
    spec: Spec, config: Config, files: Sequence[File], environment: Mapping[str, str]
) -> tuple[Examined, list[Finding], dict[str, Judged]]:
    """What is found, with the rule or bound that each error is about, and what became of all of these."""
    examined = config.examine_files(files, dict(environment))
    fields = _fields(spec)
    errors = [Finding(each, _rule_of(fields, each)) for each in examined.findings if each.severity == ERROR]
    judged = {each.id: each for each in (*_rules(examined.outcomes), *_bounds(fields, examined, errors))}
    return examined, errors, judged


def _wanted(config: Config, case: ConfigCase) -> list[Wanted]:
    """The files that would be read; for a policy without files those that the case gives."""
    found = config.wanted(None, case.profile)
    return found or [Wanted("", path, required=True, under=None) for path in case.files]


def _file(wanted: Wanted, texts: Mapping[str, str]) -> File:
    if wanted.path not in texts:
        from peakguard.kinds.config.files import read_file

        # In a folder that is not there no file is.
        return read_file(wanted._replace(folder="/nowhere"))
    data = texts[wanted.path].encode()
    tree, findings = parse_config(wanted.path, data)
    return File(wanted.path, digest_of(data), tree, wanted.under, tuple(findings))


_Fields = Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]]


def _fields(spec: Spec) -> _Fields:
    """By path, its keys and what each of its bounds says in words; `values` says nothing."""
    from peakguard.kinds.config.demands import bounds

    found = {}
    for place in places(spec):
        if isinstance(place.node, Value):
            node = place.node
            words = {key: bound_in_words({"key": key, "bound": getattr(node, key)}) for key, _ in bounds(node)}
            if node.values is not None:
                words["values"] = ""
            found[place.dotted] = (place.keys, words)
    return found


def _rule_of(fields: _Fields, finding: Diagnostic) -> str | None:
    if finding.code in _OF_RULES:
        return str(finding.data["rule"])
    if finding.code not in (codes.CONFIG_BOUND, codes.CONFIG_OPTION):
        return None
    path = str(finding.data["field"]).split(".")
    for dotted, (keys, words) in fields.items():
        if leads(keys, path):
            said = finding.data.get("bound", "")
            return next((f"{dotted}.{key}" for key, word in words.items() if word == said), None)
    return None


def _rules(outcomes: Sequence[Outcome]) -> Iterator[Judged]:
    counts: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        counts.setdefault(outcome.id, Counter())[outcome.state] += 1
    for rule, found in counts.items():
        is_run = any(found[state] for state in ("passed", "failed", "unknown"))
        state = "run" if is_run else "skipped"
        yield Judged(rule, state, found["passed"], found["failed"], found["unknown"], is_asked=True)


def _bounds(fields: _Fields, examined: Examined, errors: Sequence[Finding]) -> Iterator[Judged]:
    failed = Counter(each.rule for each in errors)
    given = [path.split(".") for path in examined.origins]
    for dotted, (keys, words) in fields.items():
        good = sum(leads(keys, path) for path in given)
        for key in words:
            rule = f"{dotted}.{key}"
            if good or failed[rule]:
                yield Judged(rule, "run", good, failed[rule], 0)


def _compared(
    expected: Expected, case: ConfigCase, judged: Mapping[str, Judged], errors: Sequence[Finding]
) -> Iterator[Mismatch]:
    """Rules and faults that are expected, and errors that neither names."""
    quiet = {id: rule._replace(is_asked=False) for id, rule in judged.items()}
    yield from compare(expected, quiet)
    known = list(judged)
    named = {full_id(rule, known) for rule in (*case.expect.fails, *case.expect.unknown)}
    left = [each for each in errors if each.rule not in named]
    for index, fault in enumerate(case.expect.faults):
        match = next((each for each in left if _fits(fault, each.told)), None)
        if match is not None:
            left.remove(match)
            continue
        span = expected.document.span(*expected.path, "expect", "faults", index)
        got = "; ".join(_told(each.told) for each in left) or "no such finding"
        yield Mismatch("expectation", span, "fault", _wanted_words(fault), got)
    for each in left:
        span = expected.document.key_span(*expected.path, "expect")
        yield Mismatch("unexpected", span, each.rule or each.told.code, "no finding", _told(each.told))


def _fits(fault: Fault, told: Diagnostic) -> bool:
    field = told.data.get("field") or told.data.get("key")
    return (
        fault.code == told.code
        and fault.file in (None, told.span.file)
        and fault.line in (None, told.span.line)
        and fault.field in (None, field)
    )


def _told(told: Diagnostic) -> str:
    return f"{told.code} at {told.span}: {told.message}"


def _wanted_words(fault: Fault) -> str:
    place = ":".join(str(each) for each in (fault.file, fault.line) if each is not None)
    about = f" about {fault.field}" if fault.field is not None else ""
    return f"{fault.code}{about}" + (f" at {place}" if place else "")


def _of_whole(expected: Expected, config: Config, examined: Examined, case: ConfigCase) -> Iterator[Mismatch]:
    expect, path = case.expect, (*expected.path, "expect")
    got = "pass" if examined.is_good else "fail"
    if expect.verdict is not None and expect.verdict != got:
        span = expected.document.span(*path, "verdict")
        yield Mismatch("expectation", span, "verdict", expect.verdict, got)
    if expect.error is not None:
        code = config.refusal(examined).code if not examined.is_good else None
        if code != expect.error:
            span = expected.document.span(*path, "error")
            yield Mismatch("expectation", span, "error", expect.error, shown(code))
    values = dict(flat(config.section_of(examined))) if examined.is_good else {}
    for name, wanted in expect.values.items():
        value = values.get(name)
        if name not in values or not _same(wanted, value):
            told = shown(_plain(value)) if examined.is_good else "the configuration is refused"
            span = expected.document.span(*path, "values", name)
            yield Mismatch("expectation", span, name, shown(wanted), told)


def _same(wanted: Any, value: Any) -> bool:
    plain = _plain(value)
    if isinstance(plain, bool) or isinstance(wanted, bool):
        return wanted is plain
    if isinstance(wanted, int | float | list) and isinstance(plain, int | float | list):
        return bool(wanted == plain)
    return str(wanted) == str(plain)


def _plain(value: Any) -> Any:
    from datetime import timedelta

    if isinstance(value, Secret):
        return value.get_secret_value()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return f"{value.total_seconds():g}s" if isinstance(value, timedelta) else value


def _disagreements(expected: Expected, spec: Spec, examined: Examined, case: ConfigCase) -> Iterator[Mismatch]:
    """What the rules mean, where they were asked of values that can be used."""
    if examined.values is None:
        return
    span = expected.document.span(*expected.path, "config")
    states = {(each.id, each.section): each.state for each in examined.outcomes}
    read = {name: case.environment.get(name) for name in spec.environment.reads}
    for rule, section, state in meanings(spec, {**examined.values, ENV: read}):
        got = states.get((rule, section), "skipped")
        if got not in (state, "skipped"):
            yield Mismatch("disagreement", span, f"{rule}: reference and scalar", state, got)
