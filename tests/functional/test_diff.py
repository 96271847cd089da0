"""`peakguard diff`: what changed in the meaning of policies, as a user sees it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from peakguard.cli import main
from tests.functional.conftest import Project
from tests.functional.policies import CONTRACT, ERRORS

TIGHTER = CONTRACT.replace("gt: 0}", "gt: 1}", 1)
ACCEPTED = TIGHTER.replace(
    "1.0.0", "2.0.0\naccept: [{change: columns.high.gt, reason: No such prices, version: 2.0.0}]"
)
Diff = Callable[..., tuple[int, str, str]]


def git(root: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(["git", *identity, *words], cwd=root, capture_output=True, check=True, env=environment)
    return done.stdout.decode().strip()


def commit(root: Path, message: str = "change") -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message)


@pytest.fixture
def diff(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Diff:
    """Run `peakguard diff ARGUMENTS…` in a folder: exit code, output, messages."""
    monkeypatch.setenv("NO_COLOR", "1")

    def run(root: Path, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(root)
        code = main(["diff", *arguments])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def repository(project: Project) -> Path:
    """A repository with a contract and a catalog on main."""
    root = project({"policies/bars.yaml": CONTRACT, "policies/errors.yaml": ERRORS})
    git(root, "init", "--quiet", "--initial-branch", "main")
    commit(root, "first")
    return root


def first(output: str) -> dict[str, Any]:
    """The only comparison of a report in JSON."""
    (found,) = json.loads(output)["comparisons"]
    assert isinstance(found, dict)
    return found


def test_a_branch_is_compared_with_where_it_left_main(repository: Path, diff: Diff) -> None:
    git(repository, "switch", "--quiet", "--create", "work")
    (repository / "policies/bars.yaml").write_text(TIGHTER)
    before = git(repository, "status", "--porcelain"), (repository / ".git/index").read_bytes()

    code, output, _ = diff(repository)

    assert code == 1
    assert "columns.high.gt: > 0 → > 1 [PG935]" in output
    assert "policies/bars.yaml:7:29" in output
    assert "accept: [{change: columns.high.gt, reason: …, version: 2.0.0}]" in output
    assert "compared the merge base with main (" in output
    assert before == (git(repository, "status", "--porcelain"), (repository / ".git/index").read_bytes())


def test_what_main_did_meanwhile_is_not_shown(repository: Path, diff: Diff) -> None:
    git(repository, "switch", "--quiet", "--create", "work")
    git(repository, "switch", "--quiet", "main")
    (repository / "policies/bars.yaml").write_text(TIGHTER)
    commit(repository)
    git(repository, "switch", "--quiet", "work")

    code, output, _ = diff(repository)

    assert code == 0
    assert "no change of meaning" in output


@pytest.mark.parametrize("latest", ["main", "origin/main"])
def test_of_two_mains_the_later_one_is_taken(repository: Path, diff: Diff, latest: str) -> None:
    git(repository, "branch", "early")
    (repository / "policies/bars.yaml").write_text(ACCEPTED)
    commit(repository)
    git(repository, "switch", "--quiet", "--create", "work")
    early, late = (
        ("main", "refs/remotes/origin/main") if latest == "origin/main" else ("refs/remotes/origin/main", "main")
    )
    git(repository, "update-ref", late if late != "main" else "refs/heads/main", "HEAD")
    git(repository, "update-ref", early if early != "main" else "refs/heads/main", "early")

    code, output, _ = diff(repository)

    assert code == 0
    assert f"the merge base with {latest} (" in output
    assert "no change of meaning" in output


def test_an_accepted_change_may_be_merged(repository: Path, diff: Diff) -> None:
    (repository / "policies/bars.yaml").write_text(ACCEPTED)

    code, output, _ = diff(repository)

    assert code == 0
    assert "accepted: No such prices" in output
    assert "1.0.0 → 2.0.0" in output


def test_an_accept_line_without_a_reason_is_refused(repository: Path, diff: Diff) -> None:
    (repository / "policies/bars.yaml").write_text(ACCEPTED.replace("reason: No such prices, ", ""))

    code, _, messages = diff(repository)

    assert code == 2
    assert "error[PG944]" in messages
    assert "PG205" in messages


def test_an_heir_whose_file_did_not_change(repository: Path, diff: Diff) -> None:
    heir = "peakguard: 1\nkind: contract\nname: daily\nversion: 1.0.0\nextends: bars\n"
    (repository / "policies/daily.yaml").write_text(heir)
    commit(repository)
    (repository / "policies/bars.yaml").write_text(ACCEPTED)

    found = first(diff(repository, "--format", "json")[1])

    assert [(change["policy"], change["inherited"]) for change in found["changes"]] == [
        ("bars", False),
        ("daily", True),
    ]
    assert [(each["code"], each["file"]) for each in found["findings"]] == [("PG938", "policies/daily.yaml")]


def test_revisions_folders_and_files(repository: Path, diff: Diff) -> None:
    git(repository, "tag", "before")
    (repository / "policies/bars.yaml").write_text(TIGHTER)
    commit(repository)
    git(repository, "branch", "policies")  # which is a folder as well
    old = repository / "old"
    old.mkdir()
    (old / "bars.yaml").write_text(CONTRACT)

    between = first(diff(repository, "before", "HEAD", "--format", "json")[1])
    forced = first(diff(repository, "before", "git:policies", "--format", "json")[1])
    files = first(diff(repository, "old/bars.yaml", "policies/bars.yaml", "--format", "json")[1])
    folders = first(diff(repository, "old", "policies/bars.yaml", "--format", "json")[1])

    assert [change["element"] for change in between["changes"]] == ["columns.high.gt"]
    for found in (forced, files, folders):
        assert found["changes"][0] == {
            **between["changes"][0],
            "old_place": found["changes"][0]["old_place"],
        }
    assert files["changes"][0]["old_place"] == {"file": "old/bars.yaml", "line": 7, "column": 29}


def test_a_part_of_the_project(repository: Path, diff: Diff) -> None:
    (repository / "policies/bars.yaml").write_text(TIGHTER)
    (repository / "policies/errors.yaml").write_text(ERRORS.replace("slug: bar_bad", "slug: bar_worse"))

    whole = first(diff(repository, "HEAD", "--format", "json")[1])
    part = first(diff(repository, "HEAD", "policies/errors.yaml", "--format", "json")[1])

    assert {change["policy"] for change in whole["changes"]} == {"bars", "catalog"}
    assert [change["element"] for change in part["changes"]] == ["errors.PT-1001.slug"]
    assert part["changes"][0]["never_acceptable"] is True


def test_code_and_lock_line_deleted_together_are_refused(repository: Path, diff: Diff) -> None:
    (repository / "policies/errors.lock").write_text("test PT-1001 bar_bad active 1.0.0 symbol:string\n")
    (repository / "policies/bars.yaml").write_text(CONTRACT.replace(", error: PT-1001", ""))
    commit(repository)
    (repository / "policies/errors.lock").unlink()
    (repository / "policies/errors.yaml").write_text(
        ERRORS.replace("PT-1001", "PT-1002").replace("bar_bad", "bar_late").replace("version: 1.0.0", "version: 2.0.0")
        + "accept: [{change: errors.PT-1001, reason: Not needed, version: 2.0.0}]\n"
    )

    code, output, _ = diff(repository)

    assert code == 1
    assert "errors.PT-1001: removed [PG937]" in output
    assert "never acceptable" in output
    assert "error[PG943]" in output


def test_an_old_policy_with_errors_is_told_and_the_rest_compared(repository: Path, diff: Diff) -> None:
    (repository / "policies/broken.yaml").write_text(
        CONTRACT.replace("name: bars", "name: quotes").replace("columns:", "colums:")
    )
    (repository / "policies/odd.yaml").write_text(
        CONTRACT.replace("name: bars", "name: odd").replace("[symbol]", "[no]")
    )
    commit(repository)
    (repository / "policies/broken.yaml").write_text(CONTRACT.replace("name: bars", "name: quotes"))
    (repository / "policies/odd.yaml").write_text(CONTRACT.replace("name: bars", "name: odd"))
    (repository / "policies/bars.yaml").write_text(ACCEPTED)

    found = first(diff(repository, "--format", "json")[1])

    told = {finding["file"]: finding["data"]["outcome"] for finding in found["findings"] if finding["code"] == "PG945"}
    assert told == {
        "policies/broken.yaml": "is not compared",
        "policies/odd.yaml": "is compared as far as it can be read",
    }
    assert {(change["policy"], change["element"]) for change in found["changes"]} == {
        ("bars", "columns.high.gt"),
        ("odd", "key"),
    }


def test_a_new_policy_with_errors_is_refused(repository: Path, diff: Diff) -> None:
    (repository / "policies/bars.yaml").write_text(CONTRACT.replace("columns:", "colums:"))

    code, output, messages = diff(repository)

    assert (code, output) == (2, "")
    assert "error[PG944]" in messages
    assert "policies/bars.yaml:5:1" in messages


def test_what_git_cannot_tell(repository: Path, diff: Diff, tmp_path_factory: Any) -> None:
    code, _, messages = diff(repository, "v0.9")
    assert code == 2
    assert "error[PG947]" in messages
    assert "v0.9" in messages

    git(repository, "branch", "--move", "main", "trunk")
    code, _, messages = diff(repository)
    assert code == 2
    assert "error[PG949]" in messages

    alone = tmp_path_factory.mktemp("alone")
    (alone / "policies").mkdir()
    (alone / "policies/bars.yaml").write_text(CONTRACT)
    code, _, messages = diff(alone)
    assert code == 2
    assert "error[PG946]" in messages


def test_without_git_files_can_be_compared(repository: Path, diff: Diff, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "old.yaml").write_text(CONTRACT)
    monkeypatch.setenv("PATH", str(repository))

    code, _, messages = diff(repository)
    assert code == 2
    assert "git is not installed" in messages

    code, output, _ = diff(repository, "old.yaml", "policies/bars.yaml")
    assert code == 0
    assert "no change of meaning" in output


def test_a_shallow_clone(repository: Path, diff: Diff, tmp_path_factory: Any) -> None:
    first_commit = git(repository, "rev-parse", "HEAD")
    (repository / "policies/bars.yaml").write_text(ACCEPTED)
    commit(repository)
    clone = tmp_path_factory.mktemp("clone") / "shallow"
    git(repository, "clone", "--quiet", "--depth", "1", f"file://{repository}", str(clone))

    for arguments in ((first_commit,), ("--transitive",)):
        code, _, messages = diff(clone, *arguments)
        assert code == 2
        assert "error[PG948]" in messages
        assert "--unshallow" in messages


def test_a_project_below_the_top_of_a_repository(project: Project, diff: Diff) -> None:
    root = project({"services/quotes/contracts/bärs.yaml": CONTRACT, "contracts/other.yaml": "not: ours\n"})
    git(root, "init", "--quiet", "--initial-branch", "main")
    commit(root)
    (root / "services/quotes/contracts/bärs.yaml").write_text(TIGHTER)

    found = first(diff(root / "services/quotes", "--format", "json")[1])

    assert [change["old_place"]["file"] for change in found["changes"]] == ["contracts/bärs.yaml"]


def test_the_old_side_is_read_where_its_own_settings_say(repository: Path, diff: Diff) -> None:
    (repository / "pyproject.toml").write_text('[tool.peakguard]\nsources = ["rules"]\n')
    git(repository, "mv", "policies", "rules")

    code, output, _ = diff(repository)

    assert code == 0
    assert "no change of meaning" in output


def test_links_of_an_old_revision(project: Project, diff: Diff) -> None:
    root = project({"policies/bars.yaml": CONTRACT, "shared/errors.yaml": ERRORS})
    (root / "policies/errors.yaml").symlink_to("../shared/errors.yaml")
    (root / "policies/again.yaml").symlink_to("bars.yaml")
    (root / "policies/far").symlink_to("../shared")
    git(root, "init", "--quiet", "--initial-branch", "main")
    commit(root)
    (root / "policies/far").unlink()
    (root / "policies/errors.yaml").unlink()
    (root / "policies/errors.yaml").write_text(ERRORS)

    found = first(diff(root, "--format", "json")[1])

    assert found["changes"] == []
    assert [(each["code"], each["file"]) for each in found["findings"]] == [("PG945", "policies/far")]


def test_every_release_may_still_be_in_use(repository: Path, diff: Diff) -> None:
    git(repository, "tag", "v1.0.0")
    git(repository, "tag", "nightly")
    git(repository, "tag", "v1.1.0-rc.1")
    loosened = CONTRACT.replace("gt: 0}", "ge: 0}", 1).replace("1.0.0", "1.1.0")
    (repository / "policies/bars.yaml").write_text(loosened)
    commit(repository)
    git(repository, "tag", "v1.10.0")

    code, output, _ = diff(repository, "--transitive", "--format", "json")

    assert code == 1
    releases = json.loads(output)["comparisons"]
    assert [each["old"].split()[0] for each in releases] == ["v1.10.0", "v1.0.0"]
    assert [each["summary"]["refused"] for each in releases] == [0, 1]


def test_transitive_without_a_release(repository: Path, diff: Diff) -> None:
    code, _, messages = diff(repository, "--transitive")
    assert code == 2
    assert "error[PG949]" in messages


def test_a_perspective_decides_the_level(repository: Path, diff: Diff) -> None:
    (repository / "policies/bars.yaml").write_text(TIGHTER.replace("1.0.0", "1.1.0"))

    assert diff(repository, "--perspective", "producer")[0] == 1
    code, output, _ = diff(repository, "--perspective", "consumer")
    assert code == 0
    assert "minor" in output
    assert "as consumers see it" in output


def test_a_comment_on_a_pull_request(repository: Path, diff: Diff) -> None:
    (repository / "policies/bars.yaml").write_text(TIGHTER.replace("version: 1.0.0", "version: 1.0.0\nowner: data"))

    code, output, _ = diff(repository, "--format", "markdown", "--output", "diff.md")

    assert code == 1
    assert output.startswith("compared the merge base with main (")
    assert output.count("\n") == 1
    written = (repository / "diff.md").read_text()
    assert written.startswith("## peakguard diff\n")
    assert "| ❌ | contract bars `columns.high.gt`<br>`policies/bars.yaml:8:29` |" in written
    assert "<details><summary>📝 patch (1)</summary>" in written
    assert "| ❌ | contract bars | 1.0.0 | 1.0.0 | 2.0.0 (breaking) |" in written
    assert "accept: [{change: columns.high.gt, reason: …, version: 2.0.0}]" in written


def test_annotations_stand_at_the_new_text(repository: Path, diff: Diff) -> None:
    (repository / "policies/bars.yaml").write_text(TIGHTER.replace("2.0.0", "1.0.0"))

    _, output, _ = diff(repository, "--format", "github")

    assert (
        "::error file=policies/bars.yaml,line=7,endLine=7,col=29,endColumn=29,title=PG935 break_not_accepted::"
        in output
    )
    assert "title=PG938 version_not_bumped" in output


def test_the_entry_of_a_changelog(repository: Path, diff: Diff) -> None:
    (repository / "policies/bars.yaml").write_text(ACCEPTED)

    code, output, _ = diff(repository, "--changelog")

    assert code == 0
    assert output == (
        "### contract bars 2.0.0\n\n"
        "- **breaking** `columns.high.gt`: \\> 0 → \\> 1 (permits less, breaks producers). No such prices\n"
    )


def test_warnings_are_strict_only_where_asked(repository: Path, diff: Diff) -> None:
    needless = CONTRACT.replace("1.0.0", "1.0.1\naccept: [{change: columns.nope, reason: Why not, version: 1.0.1}]")
    (repository / "policies/bars.yaml").write_text(needless)

    code, output, _ = diff(repository)
    assert code == 0
    assert "warning[PG941]" in output
    assert diff(repository, "--strict")[0] == 1


def test_options_that_say_nothing_together(repository: Path, diff: Diff) -> None:
    code, _, messages = diff(repository, "HEAD", "HEAD", "--transitive")
    assert code == 2
    assert "error[PG136]" in messages
