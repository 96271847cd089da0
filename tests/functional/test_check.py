"""`peakguard check`, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.functional.conftest import Project, Run
from tests.functional.policies import CONTRACT, ERRORS, PROJECT


def codes(peakguard: Run, root: Path, *arguments: str, **variables: str) -> list[str]:
    result = peakguard("check", "--format", "json", *arguments, cwd=root, **variables)
    return [each["code"] for each in json.loads(result.stdout)["diagnostics"]]


def test_a_clean_project_says_so(peakguard: Run, project: Project) -> None:
    result = peakguard("check", cwd=project(PROJECT))
    assert (result.returncode, result.stdout, result.stderr) == (0, "checked 2 files: no findings\n", "")


def test_a_project_is_found_from_a_folder_below(peakguard: Run, project: Project) -> None:
    root = project(PROJECT)
    below = root / "src" / "deep"
    below.mkdir(parents=True)
    assert peakguard("check", cwd=below).stdout == "checked 2 files: no findings\n"


def test_a_path_narrows_what_is_reported_not_what_is_read(peakguard: Run, project: Project) -> None:
    root = project(
        {**PROJECT, "contracts/b.yaml": CONTRACT.replace("name: bars", "name: B"), "policies/x.yaml": "a: 1"}
    )
    assert codes(peakguard, root) == ["PG209", "PG201"]
    assert codes(peakguard, root, "contracts") == ["PG209"]
    assert codes(peakguard, root, "contracts/bars.yaml") == []
    assert codes(peakguard, root / "policies", "x.yaml") == ["PG201"]


def test_a_path_outside_the_policy_folders_is_refused(peakguard: Run, project: Project) -> None:
    root = project({**PROJECT, "src/app.yaml": "a: 1"})
    for path, code in (("src/app.yaml", "PG129"), ("src", "PG129"), ("nowhere.yaml", "PG101")):
        result = peakguard("check", path, cwd=root)
        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr.startswith(f"error[{code}]")


def test_severity_hides_and_strict_counts_warnings(peakguard: Run, project: Project) -> None:
    root = project({**PROJECT, "policies/errors.yaml": ERRORS.replace("1000-1999", "1000-1999, exit_code: 065")})
    assert codes(peakguard, root) == ["PG118"]
    assert codes(peakguard, root, "--severity", "error") == []
    assert peakguard("check", cwd=root).returncode == 0
    assert peakguard("check", "--strict", cwd=root).returncode == 1


def test_sources_of_the_settings_replace_the_usual_folders(peakguard: Run, project: Project) -> None:
    root = project(
        {"pyproject.toml": '[tool.peakguard]\nsources = ["rules"]\n', "rules/e.yaml": ERRORS, "policies/x.yaml": "a"}
    )
    assert peakguard("check", cwd=root).stdout == "checked 1 file: no findings\n"


def test_an_installed_package_can_carry_policies(peakguard: Run, project: Project) -> None:
    root = project(
        {
            "pyproject.toml": '[tool.peakguard]\nsources = ["contracts", "pkg:company.rules"]\n',
            "lib/company/__init__.py": "raise SystemExit('must not be imported')",
            "lib/company/rules/errors.yaml": ERRORS,
            "lib/company/rules/__init__.py": "",
            "contracts/bars.yaml": CONTRACT,
        }
    )
    result = peakguard("check", cwd=root, PYTHONPATH=str(root / "lib"))
    assert result.stdout == "checked 2 files: no findings\n"


def test_settings_that_name_no_folder_are_a_finding(peakguard: Run, project: Project) -> None:
    root = project({**PROJECT, "pyproject.toml": '[tool.peakguard]\nsources = ["polices"]\nsuorces = 1\n'})
    assert codes(peakguard, root) == ["PG128", "PG128"]


class TestCache:
    """What is kept between runs never shows in what is said."""

    def test_a_second_run_says_the_same(self, peakguard: Run, project: Project) -> None:
        root = project({**PROJECT, "policies/x.yaml": "peakguard: 1\nkind: contracts\n"})
        first, second = (peakguard("check", cwd=root) for _ in range(2))
        assert (first.returncode, first.stdout) == (second.returncode, second.stdout)
        assert first.stdout == peakguard("check", "--no-cache", cwd=root).stdout

    def test_an_edited_file_is_seen(self, peakguard: Run, project: Project) -> None:
        root = project(PROJECT)
        assert codes(peakguard, root) == []
        project({"policies/errors.yaml": ERRORS.replace("PT-1001", "PT-1002")})
        assert codes(peakguard, root) == ["PG401"]
        project({"policies/errors.yaml": ERRORS})
        assert codes(peakguard, root) == []

    def test_a_file_that_was_empty_and_cannot_be_read_now_is_not_answered_from_memory(
        self, peakguard: Run, project: Project
    ) -> None:
        root = project({**PROJECT, "policies/more.yaml": ""})
        assert codes(peakguard, root) == ["PG104"]
        (root / "policies" / "more.yaml").unlink()
        (root / "policies" / "more.yaml").symlink_to("nowhere.yaml")
        assert codes(peakguard, root) == ["PG101"]

    def test_a_deleted_file_is_missed(self, peakguard: Run, project: Project) -> None:
        root = project(PROJECT)
        assert codes(peakguard, root) == []
        (root / "policies" / "errors.yaml").unlink()
        assert codes(peakguard, root) == ["PG401"]

    def test_a_renamed_file_is_reported_under_its_new_name(self, peakguard: Run, project: Project) -> None:
        root = project({**PROJECT, "policies/x.yaml": "a: 1"})
        assert codes(peakguard, root) == ["PG201"]
        (root / "policies" / "x.yaml").rename(root / "policies" / "y.yaml")
        result = peakguard("check", "--format", "json", cwd=root)
        assert [each["file"] for each in json.loads(result.stdout)["diagnostics"]] == ["policies/y.yaml"]

    def test_a_suppression_expires_over_an_unchanged_tree(self, peakguard: Run, project: Project) -> None:
        silenced = ERRORS.replace(
            "name: catalog", "name: catalog\nsuppress: [{code: PG118, reason: r, until: 2026-12-31}]"
        )
        root = project({**PROJECT, "policies/errors.yaml": silenced.replace("1000-1999", "1000-1999, exit_code: 065")})
        assert codes(peakguard, root, PEAKGUARD_TODAY="2026-12-31") == []
        assert codes(peakguard, root, PEAKGUARD_TODAY="2026-12-31") == []
        assert codes(peakguard, root, PEAKGUARD_TODAY="2027-01-01") == ["PG219", "PG118"]

    def test_a_damaged_cache_is_no_fault(self, peakguard: Run, project: Project) -> None:
        root = project(PROJECT)
        assert codes(peakguard, root) == []
        for path in (root / ".peakguard" / "cache" / "check").iterdir():
            path.write_bytes(b'{"key": "x", "code": 1')
        assert codes(peakguard, root) == []
        for path in (root / ".peakguard" / "cache" / "check").iterdir():
            path.write_bytes(b"[" * 100_000)
        assert codes(peakguard, root) == []

    def test_a_project_that_cannot_be_written_is_checked(self, peakguard: Run, project: Project) -> None:
        root = project({**PROJECT, ".peakguard": "a file where the state folder would be"})
        assert codes(peakguard, root) == []

    def test_the_state_folder_stays_out_of_version_control(self, peakguard: Run, project: Project) -> None:
        root = project(PROJECT)
        assert codes(peakguard, root) == []
        assert (root / ".peakguard" / ".gitignore").read_text() == "*\n"


class TestCommandLine:
    """Usage errors are usage errors."""

    def test_no_command_prints_help(self, peakguard: Run, tmp_path: Path) -> None:
        result = peakguard(cwd=tmp_path)
        assert result.returncode == 2
        assert "validate" in result.stdout

    def test_an_unknown_command_or_option_is_a_usage_error(self, peakguard: Run, tmp_path: Path) -> None:
        assert peakguard("chekc", cwd=tmp_path).returncode == 2
        assert peakguard("check", "--nope", cwd=tmp_path).returncode == 2

    def test_every_command_has_help(self, peakguard: Run, tmp_path: Path) -> None:
        for command in ("check", "validate", "docs", "explain", "schema"):
            result = peakguard(command, "--help", cwd=tmp_path)
            assert result.returncode == 0
            assert "--root" in result.stdout

    def test_the_version_is_printed(self, peakguard: Run, tmp_path: Path) -> None:
        assert peakguard("--version", cwd=tmp_path).stdout.startswith("peakguard ")
