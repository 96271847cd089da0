"""Runbook, observability and stability pages: what they say, that it is true, and that they are kept fresh."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from peakguard.api.policies import load
from peakguard.cli import main
from peakguard.cli.command_lines import commands_in, problem_of
from peakguard.diagnostics.span import Span
from peakguard.language.registry import kind_names, part
from peakguard.pipeline.bundle import Bundle, load_bundle
from peakguard.pipeline.project import find_project
from peakguard.render.documents import documents
from peakguard.render.runbook_code import place
from peakguard.syntax.parse import parse
from peakguard.syntax.source import Source
from tests.conformance.twin import to_toml
from tests.functional.conftest import Project
from tests.functional.operated import ERRORS, GATE, KEPT, LOGS, OPERATED, STABLE

RUNBOOK, OBSERVABILITY, STABILITY = "docs/RUNBOOK.md", "docs/OBSERVABILITY.md", "docs/STABILITY_TESTING.md"


def bundle_of(root: Path) -> Bundle:
    return load_bundle(find_project(str(root)))


def pages(root: Path) -> dict[str, str]:
    return documents(bundle_of(root))


def section(page: str, title: str) -> str:
    """The text of a section of level 2."""
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def docs(root: Path, *options: str) -> int:
    return main(["docs", "--root", str(root), *options])


def test_a_code_is_told_with_all_that_the_policies_know_of_it(project: Project) -> None:
    found = section(pages(project(OPERATED))[RUNBOOK], "SH-1001")
    assert "The provider sent half of a bar." in found
    assert "1. Wait for the next bar" in found
    assert "| `distance` | `float64` | `usd` | How far off it is |" in found
    assert "[policies/bars.yaml:12](../policies/bars.yaml#L12)" in found  # rules.ordered
    assert "| contract `bars`, `rules.ordered` | `high >= low` | the rows are set aside" in found
    assert "| contract `bars`, `rules.late` | `high < 1000` | it is reported, and the data pass |" in found
    assert "contract `bars`, `columns.symbol`" in found
    assert "contract `bars`, the whole contract" in found
    assert "rules.silent" not in found
    assert "market-data, desk, platform" in found
    assert "peakguard validate bars FILE" in found


def test_a_code_of_a_result_is_told_with_what_stands_around_the_call(project: Project) -> None:
    told = section(pages(project(OPERATED))[RUNBOOK], "SH-1001").partition("**Meanwhile**")[2]
    fetched = next(line for line in told.splitlines() if line.startswith("- `app.data:fetch`"))
    assert "It is not tried again." in fetched  # `on` names SH-3* only
    assert "It does not count for the breaker" in fetched  # the result is judged outside of it
    assert "the old one is given for 2d more" in fetched
    assert "stands in" not in fetched  # the fallback is for SH-3001
    assert "- `app.old:load` ([policies/program.yaml:16]" in told
    assert "It is only reported: the binding observes." in told


def test_a_foreign_exception_is_told_with_retries_breaker_and_fallback(project: Project) -> None:
    found = section(pages(project(OPERATED))[RUNBOOK], "SH-3001")
    assert "no `ConnectionError`, `http:503`, `errno:ENOSPC`" in found
    assert "It is tried again: 3 attempts in all, and waits of at most 1 s, 2 s between." in found
    assert "after 9 s at the latest" in found  # three times 2 s, and 1 s + 2 s
    assert "calls are refused at once for 7s, then 3 try again (all processes of the host)" in found
    assert "`app.old:bars` stands in" in found
    assert "peakguard breaker ls" in found
    assert "peakguard cache ls kept" in found


def test_what_stops_ahead_of_a_call_is_not_tried_again(project: Project) -> None:
    found = section(pages(project(OPERATED))[RUNBOOK], "SH-1003")
    assert "The call is not made" in found
    assert "It is tried again" not in found
    assert "`limit is int64`, `limit >= 1`" in found
    assert "the configuration is refused" in found
    assert "peakguard config show --config app --origin" in found


def test_invariants_say_what_becomes_of_the_run(project: Project) -> None:
    found = section(pages(project(OPERATED))[RUNBOOK], "SH-1002")
    assert "`cash >= 0` | the run ends: this step and every further one raise" in found
    assert "`at the end: cash >= 1` | the end of the run raises" in found
    assert "peakguard verify book FILE" in found
    assert "peakguard replay RUN" in found
    assert "`cause`" in found  # which the catalog lacks


def test_a_code_that_no_policy_names_is_the_programs_own(project: Project) -> None:
    found = section(pages(project(OPERATED))[RUNBOOK], "SH-1004")
    assert "No policy raises it" in found
    assert "No binding guards what it comes from" in found


def test_retired_codes_are_in_the_catalog_only(project: Project) -> None:
    assert "SH-1000" not in pages(project(OPERATED))[RUNBOOK]


def test_the_index_leads_to_every_code_by_severity_and_by_what_is_seen(project: Project) -> None:
    page = pages(project(OPERATED))[RUNBOOK]
    rows = [line for line in section(page, "Codes by severity").splitlines() if line.startswith("| ")][1:]
    assert [re.findall(r"SH-\d+", row)[0] for row in rows] == ["SH-1002", "SH-1001", "SH-3001", "SH-1004", "SH-1003"]
    seen = section(page, "What you see")
    assert "| an answer with status 503 | [SH-3001](#sh-3001) |" in seen
    assert "| the system error `ENOSPC` | [SH-3001](#sh-3001) |" in seen
    assert "| the exception `ValueError` | [SH-1001](#sh-1001) |" in seen
    assert "| exit code 75 | [SH-3001](#sh-3001) |" in seen
    assert "| `app.engine:step` fails | [SH-1002](#sh-1002) |" in seen
    for code in re.findall(r"\(#(sh-\d+)\)", page):
        assert f"\n## {code.upper()}\n" in page


def test_the_first_minutes_name_what_the_project_has(project: Project) -> None:
    whole = section(pages(project(OPERATED))[RUNBOOK], "The first five minutes")
    assert "peakguard cache verify" in whole
    assert "grep -h RUN_ID logs/events.jsonl*" in whole
    assert "peakguard breaker ls" in whole
    for path in (project({}) / "policies").glob("*.yaml"):
        if path.name != "errors.yaml":
            path.unlink()
    only = section(pages(project({}))[RUNBOOK], "The first five minutes")
    assert "peakguard report --since 24h" in only
    assert not {"cache", "breaker", "replay"} & set(re.findall(r"^peakguard (\w+)", only, re.MULTILINE))


def test_logs_are_told_with_their_places_and_bounds(project: Project) -> None:
    page = pages(project(OPERATED))[OBSERVABILITY]
    assert "| `file` | `logs/events.jsonl` | json | debug | 2MiB, 3 kept | 8MiB |" in page
    assert "| `more` | `logs/more.log` | pretty | info | 1536KiB, 1 kept | 3MiB |" in page
    assert "| `console` | standard error | pretty | warning | - | none |" in page
    assert "Together at most 11MiB of disk" in page
    assert "| `ccxt` | warning |" in page
    assert "| `bar_checked` | 10 | 0.001 | every 1h |" in page
    assert "| `trace_id` | null |" in page
    assert "grep -h TRACE_ID" not in page
    assert "`account_*`, `*secret*`" in page
    assert "these detectors know, since they are off: `authorization`, `aws_key`" in page
    assert "values of environment variables, since that is off" in page
    assert "At most" not in section(page, "Limits")
    assert "8KiB" in section(page, "Limits")
    assert "the 7 innermost frames are written, with the local variables" in section(page, "Limits")
    assert "| `app.data:fetch` | `app.data:fetch` | `limit` from `args.limit` |" in page
    assert "| `breaker_moved` |" in page


def test_stability_is_told_by_gate_tests_and_chaos(project: Project) -> None:
    page = pages(project(STABLE))[STABILITY]
    assert "peakguard gate --profile smoke\npeakguard gate --profile full" in page
    assert "`critical_paths` (critical rows, and those whose files changed) | 60s |" in page
    verdict = section(page, "Read the verdict")
    assert "| `determinism` |" in verdict  # by `all`
    assert "`determinism`: No program yet. It is run again after 2099-01-31." in verdict
    assert "`python run.py` may take 5% more time" in page
    proofs = section(page, "Which test proves what")
    assert "2 faults, of which 1 are critical" in proofs
    assert "**put**\n\n- power | cut (critical): `tests/test_store.py::test_cut`, mutant `no-fsync`" in proofs
    assert "**app.data:fetch**\n\n- limited: `tests/test_data.py::test_waits`, no mutant" in proofs
    assert "python -m mutants" in proofs
    assert "| `python -m pytest tests/test_data.py` | 1 |" in section(page, "Where the tests are")
    cases = section(page, "Rule tests")
    assert "| `bar-cases` | Good bars and bad ones. | 2 of contract `bars`, 1 of an exception |" in cases
    chaos = section(page, "Chaos")
    assert "| `down` | `app.data:fetch`: raises `SH-3001` | absorbed |" in chaos
    assert "| `late` | `app.data:fetch`: answers 300ms later | hang |" in chaos
    assert "| `bad` | `app.data:fetch`: gives data that break `rules.ordered` | clear_error |" in chaos
    assert "Under all of them: clear_error." in chaos
    assert "peakguard chaos any_program -- python PROGRAM" in chaos
    assert "peakguard simulate exchange --outage FILE" in page
    assert "peakguard determinism -- python PROGRAM" in page


def test_a_gate_alone_has_a_page_and_what_only_helps_has_none(project: Project) -> None:
    alone = {"policies/gate.yaml": GATE.partition("overhead")[0]}
    page = pages(project(dict(alone)))[STABILITY]
    assert "## Which test proves what" not in page
    assert "## Chaos" not in page


def test_a_project_without_such_policies_has_no_such_page(project: Project) -> None:
    found = pages(project({"policies/caches.yaml": KEPT}))
    assert not {RUNBOOK, OBSERVABILITY, STABILITY} & set(found)


def test_a_page_that_no_policy_asks_for_any_more_is_stale_and_goes(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project({"policies/logs.yaml": LOGS, "policies/caches.yaml": KEPT})
    assert docs(root) == 0
    (root / "policies" / "logs.yaml").unlink()
    assert docs(root, "--check") == 1
    assert "PG610" in capsys.readouterr().out
    assert docs(root) == 0
    assert "removed docs/OBSERVABILITY.md" in capsys.readouterr().out
    assert not (root / OBSERVABILITY).exists()
    assert docs(root, "--check") == 0


def test_a_page_of_the_same_name_that_is_not_ours_stays(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    mine = "# How we run it\n\nCall Ann.\n"
    root = project({"policies/errors.yaml": ERRORS, RUNBOOK: mine, OBSERVABILITY: mine})
    assert docs(root, "--check") == 1
    assert capsys.readouterr().out.count("PG613") == 1
    assert docs(root) == 2
    assert "PG613" in capsys.readouterr().err
    assert (root / RUNBOOK).read_text() == mine
    assert (root / OBSERVABILITY).read_text() == mine  # nothing asks for this one, and it is nobody's to remove


def test_a_line_of_a_policy_that_moves_makes_the_runbook_stale(project: Project) -> None:
    root = project(OPERATED)
    assert docs(root) == 0
    assert docs(root, "--check") == 0
    project({"policies/bars.yaml": "# Bars.\n" + str(OPERATED["policies/bars.yaml"])})
    assert docs(root, "--check") == 1


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("peakguard cache evict bars", None),
        ("peakguard report --since 2d --code {code}", None),
        ("peakguard run --seed N -- python PROGRAM", None),
        ("peakguard runs gc --keep N --older-than DAYS", None),
        ("peakguard validate {contract} FILE…", None),
        ("peakguard breaker reset exchange  # lets calls through", None),
        ("peakguard cash verify", "there is no command `cash`"),
        ("peakguard cache evit bars", "invalid choice: 'evit'"),
        ("peakguard report --code", "expected one argument"),
        ("peakguard runs gc --keep many", "many"),
        ("peakguard validate 'bars FILE", "no closing quotation"),
    ],
)
def test_commands_are_held_against_the_parser(line: str, problem: str | None) -> None:
    found = problem_of(line)
    assert (found is None) if problem is None else (problem in (found or ""))


def test_a_recovery_that_names_no_command_is_a_finding_at_its_place(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project({"policies/errors.yaml": ERRORS.replace("cache evict kept", "cache evit kept")})
    assert docs(root, "--check") == 1
    told = capsys.readouterr().out
    assert "PG612" in told
    assert "policies/errors.yaml:20:41" in told
    assert docs(root) == 2
    project({"policies/errors.yaml": ERRORS.replace("`peakguard validate", "`peakguard validat")})
    assert docs(root, "--check") == 1


def typed(page: str) -> Iterator[str]:
    """Every command of ours that a page names."""
    for token in MarkdownIt("commonmark").enable("table").parse(page):
        if token.type == "fence":
            yield from (line for line in token.content.splitlines() if line.startswith("peakguard "))
        for child in token.children or ():
            if child.type == "code_inline":
                yield from commands_in(child.content)


@pytest.mark.parametrize("name", [RUNBOOK, OBSERVABILITY, STABILITY, "docs/REPRODUCIBILITY.md"])
def test_every_command_that_a_page_names_exists(project: Project, name: str) -> None:
    named = set(typed(pages(project(STABLE)).get(name, "")))
    assert len(named) >= 5
    assert {line: problem for line in named if (problem := problem_of(line))} == {}


def test_the_same_policies_in_toml_give_the_same_pages(project: Project) -> None:
    root = project(STABLE)
    wanted = pages(root)
    for path in (root / "policies").glob("*.yaml"):
        node, _ = parse(Source(path.name, path.read_text()))
        assert node is not None
        path.with_suffix(".toml").write_text(to_toml(node))
        path.unlink()
    places = re.compile(r"\.(yaml|toml)(:|#L)\d+")
    found = pages(root)
    for name in (RUNBOOK, OBSERVABILITY, STABILITY):
        assert places.sub("", found[name]) == places.sub("", wanted[name])


HOSTILE = "a | b ``` <script>alert(1)</script> [x](javascript:alert(1)) `c` **d** # e\\"


def _hostile() -> dict[str, str | bytes]:
    quoted = HOSTILE.replace("'", "''")
    errors = ERRORS.replace("The provider sent half of a bar.", f"'{quoted}'").replace(
        "title: A bar is bad", f"title: '{quoted}'"
    )
    errors = errors.replace("'Wait for the next bar'", f"'{quoted}'").replace("How far off it is", f"'{quoted}'")
    errors = errors.replace("owner: platform", f"owner: '{quoted}'").replace("Data cannot be used.", f"'{quoted}'")
    errors = errors.replace("'{symbol} is bad by {distance}'", f"'{{symbol}} {{distance}} {quoted}'")
    logs = LOGS.replace("logs/events.jsonl", f"'logs/{quoted}'").replace("bar_checked", f"'{quoted}'")
    logs = logs.replace("version: 1.0.0", f"version: 1.0.0\ndescription: '{quoted}'")
    bars = str(OPERATED["policies/bars.yaml"]).replace("A|B", "A`|B").replace("market-data", f"'{quoted}'")
    return {**OPERATED, "policies/errors.yaml": errors, "policies/logs.yaml": logs, "policies/bars.yaml": bars}


def test_hostile_texts_stay_texts(project: Project) -> None:
    """No markup, no link, no column comes out of what a policy says; a parser of Markdown is the judge."""
    root = project(_hostile())
    found = pages(root)
    assert "\\<script\\>" in found[RUNBOOK]
    for name in (RUNBOOK, OBSERVABILITY):
        tokens = MarkdownIt("commonmark").enable("table").parse(found[name])
        inline = [child for token in tokens for child in token.children or ()]
        html = [token.content for token in (*tokens, *inline) if token.type in ("html_block", "html_inline")]
        assert all(each.startswith("<!-- Generated from") for each in html)
        links = [str(child.attrs["href"]) for child in inline if child.type == "link_open"]
        assert all(re.fullmatch(r"#[\w-]+|\.\./policies/\w+\.yaml#L\d+|[A-Z_]+\.md(#[\w-]+)?", each) for each in links)
        headings = [tokens[index + 1].content for index, token in enumerate(tokens) if token.type == "heading_open"]
        calm = pages(project(OPERATED))[name]
        assert [heading for heading in headings if heading not in calm] == []
        project(_hostile())


def test_tables_have_the_cells_of_their_heads(project: Project) -> None:
    for name, text in pages(project({**STABLE, **_hostile()})).items():
        if not name.endswith(".md"):
            continue
        tokens = MarkdownIt("commonmark").enable("table").parse(text)
        for index, token in enumerate(tokens):
            if token.type == "table_open":
                end = next(at for at in range(index, len(tokens)) if tokens[at].type == "table_close")
                heads = sum(each.type == "th_open" for each in tokens[index:end])
                rows = sum(each.type == "tr_open" for each in tokens[index:end]) - 1
                assert sum(each.type == "td_open" for each in tokens[index:end]) == heads * rows
        bars = [line for line in text.splitlines() if line.startswith("|")]
        assert sum(token.type == "tr_open" for token in tokens) == sum(not set(line) <= set("|-") for line in bars)


def test_every_kind_that_raises_codes_has_a_page() -> None:
    silent = {"test", "chaos", "gate"}  # which try codes, and raise none
    for kind in kind_names():
        model = part(kind, "model")
        assert model is not None
        if "ErrorRef" in vars(model) and kind not in silent:
            assert hasattr(part(kind, "page"), "origins"), kind


def test_a_policy_of_another_package_is_no_link() -> None:
    assert place(Span("pkg:company_policies/errors.yaml", 3, 1, 3, 4)) == "`pkg:company_policies/errors.yaml:3`"


def test_the_report_of_a_code_or_of_a_run_is_of_nothing_else(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project({"policies/errors.yaml": ERRORS})
    policies = load(root)
    with policies.journal(), policies.run("first") as first:
        policies.error("SH-1002")
        policies.error("SH-1004")
    time.sleep(0.002)  # ids of runs begin with the millisecond
    with policies.journal(), policies.run("second"):
        policies.error("SH-1002")
    assert main(["report", "--root", str(root), "--code", "sh-1004"]) == 0
    told = capsys.readouterr().out
    assert "1 events of sh-1004" in told
    assert "SH-1002" not in told
    assert main(["report", "--root", str(root), "--run", first.run_id[:14].upper(), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [(row["code"], row["count"]) for row in report["codes"]] == [("SH-1002", 1), ("SH-1004", 1)]
    assert report["run"] == first.run_id[:14].upper()
