"""Whatever lies in a policy folder: one clear finding, the right exit code, never a traceback."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.functional.conftest import Project, Run
from tests.functional.policies import CONTRACT, ERRORS, PROJECT


def findings(peakguard: Run, root: Path) -> tuple[int, list[tuple[str, str, int]]]:
    """Exit code, and code, file and line of each finding."""
    result = peakguard("check", "--format", "json", cwd=root)
    assert "Traceback" not in result.stderr
    report = json.loads(result.stdout)
    return result.returncode, [(each["code"], each["file"], each["line"]) for each in report["diagnostics"]]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ("PG104", 1)),
        (b"# nothing here\n", ("PG104", 1)),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ("PG102", 1)),
        (b"a\x00b\x00", ("PG106", 1)),
        (b"peakguard: 1\nname: \xff\xfe\n", ("PG102", 2)),
        (b"\xef\xbb\xbfpeakguard: 1\n", ("PG105", 1)),
        (b"a: '" + b"x" * 1_000_000 + b"'\n", ("PG201", 1)),
        (b"x" * (1024 * 1024 + 1), ("PG103", 0)),
        (b"[" * 100_000, ("PG115", 1)),
        (ERRORS.replace("name: catalog", "name: katalög").encode(), ("PG209", 3)),
    ],
    ids=["empty", "comment", "png", "binary", "utf8", "bom", "long-line", "too-large", "deep", "non-ascii-name"],
)
def test_a_bad_file_is_one_finding(peakguard: Run, project: Project, content: bytes, expected: tuple[str, int]) -> None:
    root = project({"policies/bad.yaml": content, "policies/good.yaml": ERRORS})
    code, found = findings(peakguard, root)
    assert (code, found) == (1, [(expected[0], "policies/bad.yaml", expected[1])])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ("PG104", 1)),
        (b"# nothing here\n", ("PG104", 1)),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ("PG102", 1)),
        (b"a\x00b\x00", ("PG106", 1)),
        (b"peakguard = 1\nname = '\xff\xfe'\n", ("PG102", 2)),
        (b"\xef\xbb\xbfpeakguard = 1\n", ("PG105", 1)),
        (b"a = '" + b"x" * 1_000_000 + b"'\n", ("PG201", 1)),
        (b"x" * (1024 * 1024 + 1), ("PG103", 0)),
        (b"a = " + b"[" * 100_000, ("PG115", 1)),
        (b"a." * 60_000 + b"a = 1\n", ("PG122", 1)),
        (b"peakguard = 1\nkind = ", ("PG108", 2)),
    ],
    ids=["empty", "comment", "png", "binary", "utf8", "bom", "long-line", "too-large", "deep", "dotted", "cut-short"],
)
def test_a_bad_toml_file_is_one_finding(
    peakguard: Run, project: Project, content: bytes, expected: tuple[str, int]
) -> None:
    root = project({"policies/bad.toml": content, "policies/good.yaml": ERRORS})
    code, found = findings(peakguard, root)
    assert (code, found) == (1, [(expected[0], "policies/bad.toml", expected[1])])


def test_crlf_is_one_remark_and_no_error(peakguard: Run, project: Project) -> None:
    root = project({"policies/errors.yaml": ERRORS.replace("\n", "\r\n")})
    assert findings(peakguard, root) == (0, [("PG120", "policies/errors.yaml", 1)])


def test_mixed_line_endings_are_one_warning(peakguard: Run, project: Project) -> None:
    root = project({"policies/errors.yaml": ERRORS.replace("\n", "\r\n", 2)})
    assert findings(peakguard, root) == (0, [("PG119", "policies/errors.yaml", 3)])


def test_a_non_ascii_file_name_is_shown_as_it_is(peakguard: Run, project: Project) -> None:
    root = project({"policies/größe.yaml": "a: 1\n"})
    assert findings(peakguard, root) == (1, [("PG201", "policies/größe.yaml", 1)])


def test_a_file_name_that_is_no_text_is_no_crash(peakguard: Run, project: Project) -> None:
    root = project({"policies/good.yaml": ERRORS})
    with open(os.fsencode(root) + b"/policies/\xff.yaml", "wb") as file:
        file.write(b"a: 1\n")
    code, found = findings(peakguard, root)
    assert (code, [each[0] for each in found]) == (1, ["PG201"])


def test_a_missing_root_is_unreadable(peakguard: Run, tmp_path: Path) -> None:
    result = peakguard("check", "--format", "json", "--root", "nowhere", cwd=tmp_path)
    assert result.returncode == 2
    assert [each["code"] for each in json.loads(result.stdout)["diagnostics"]] == ["PG101"]


def test_a_project_without_policies_is_unreadable(peakguard: Run, tmp_path: Path) -> None:
    assert findings(peakguard, tmp_path)[0] == 2
    assert [each[0] for each in findings(peakguard, tmp_path)[1]] == ["PG127"]
    (tmp_path / "policies").mkdir()
    assert findings(peakguard, tmp_path)[0] == 2
    assert [each[0] for each in findings(peakguard, tmp_path)[1]] == ["PG127"]


def test_an_unreadable_file_is_one_finding(peakguard: Run, project: Project) -> None:
    root = project({"policies/good.yaml": ERRORS})
    (root / "policies" / "dead.yaml").symlink_to("nowhere.yaml")
    assert findings(peakguard, root) == (1, [("PG101", "policies/dead.yaml", 0)])


def test_only_unreadable_files_exit_2(peakguard: Run, project: Project) -> None:
    root = project({"policies/x.txt": ""})
    (root / "policies" / "dead.yaml").symlink_to("nowhere.yaml")
    assert findings(peakguard, root) == (2, [("PG101", "policies/dead.yaml", 0)])


def test_a_folder_named_like_a_policy_is_one_finding(peakguard: Run, project: Project) -> None:
    root = project({"policies/good.yaml": ERRORS, "policies/dir.yaml/inside.txt": ""})
    assert findings(peakguard, root) == (1, [("PG125", "policies/dir.yaml", 0)])


def test_a_named_pipe_does_not_hang(peakguard: Run, project: Project) -> None:
    root = project({"policies/good.yaml": ERRORS})
    os.mkfifo(root / "policies" / "pipe.yaml")
    assert findings(peakguard, root) == (1, [("PG125", "policies/pipe.yaml", 0)])


def test_a_folder_that_links_to_its_parent_is_read_once(peakguard: Run, project: Project) -> None:
    root = project(PROJECT)
    (root / "policies" / "again").symlink_to("..")
    code, found = findings(peakguard, root)
    assert (code, found) == (0, [])


def test_a_json_file_in_a_policy_folder_is_a_warning(peakguard: Run, project: Project) -> None:
    root = project({**PROJECT, "policies/extra.json": "{}"})
    assert findings(peakguard, root) == (0, [("PG126", "policies/extra.json", 0)])


def test_a_broken_file_does_not_hide_or_blur_the_others(peakguard: Run, project: Project) -> None:
    """The catalog is broken: its codes are unknown, but the contract that uses one is not blamed."""
    root = project(
        {
            "policies/errors.yaml": ERRORS + "  oops\n",
            "contracts/bars.yaml": CONTRACT.replace("high >= low", "hgh >= low"),
        }
    )
    code, found = findings(peakguard, root)
    assert code == 1
    assert [each[1] for each in found] == ["contracts/bars.yaml", "policies/errors.yaml"]
