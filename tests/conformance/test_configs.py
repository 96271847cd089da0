"""Configurations with the faults that people report, each marked in the file itself, and sound ones without any.

A line `#   ^ PG895` expects that code at the column of the caret in the line above, `#<` at its first column;
`# at: FILE:LINE:COLUMN CODE` expects one elsewhere. `# env: NAME=VALUE` sets a variable, `#--- NAME` begins another
file.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

import peakguard
from peakguard.kinds.config.runtime import Config
from peakguard.runtime.errors import ConfigError

HERE = Path(__file__).parent / "configs"
BROKEN, SOUND = sorted((HERE / "broken").iterdir()), sorted((HERE / "sound").iterdir())
_CARET = re.compile(r"(# *\^|#<) (PG\d+)")
_AT = re.compile(r"# at: (\S+) (PG\d+)")
_ENV = re.compile(r"# env: (\w+)=(.*)")


class Case(NamedTuple):
    files: dict[str, str]
    environ: dict[str, str]
    expected: list[tuple[str, str]]


def case_of(path: Path) -> Case:
    """The files of a case by their names, its variables, and the expected codes with their places."""
    files: dict[str, str] = {}
    made = Case(files, {}, [])
    name, number = path.name, 0
    files[name] = ""
    for line in path.read_text().splitlines(keepends=True):
        if line.startswith("#--- "):
            name, number = line[5:].strip(), 0
            files[name] = ""
            continue
        if (caret := _CARET.match(line)) is not None:
            made.expected.append((f"{name}:{number}:{1 if caret[1] == '#<' else len(caret[1])}", caret[2]))
            continue
        if (at := _AT.match(line)) is not None:
            made.expected.append((at[1], at[2]))
        if (env := _ENV.match(line)) is not None:
            made.environ[env[1]] = env[2]
        files[name] += line
        number += 1
    return made


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    root = tmp_path_factory.mktemp("desk")
    (root / "policies").mkdir()
    (root / "policies" / "desk.yaml").write_text((HERE / "desk.yaml").read_text())
    return peakguard.load(root).config("desk")


def examined(config: Config, case: Case, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is found in the files of a case: `limits.toml` holds a section, the others are layers."""
    root = Path(config.root)
    monkeypatch.chdir(root)
    for name, text in case.files.items():
        (root / name).write_text(text)
    try:
        given = [name for name in case.files if name != "limits.toml"]
        found = config.examine(given, environ=case.environ)
    finally:
        for name in case.files:
            (root / name).unlink()
    return sorted((str(finding.span), finding.code) for finding in found.findings)


@pytest.mark.parametrize("path", BROKEN, ids=[path.stem for path in BROKEN])
def test_a_broken_configuration_has_exactly_the_marked_faults(
    path: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_of(path)
    assert case.expected
    assert examined(config, case, monkeypatch) == sorted(case.expected)


@pytest.mark.parametrize("path", SOUND, ids=[path.stem for path in SOUND])
def test_a_sound_configuration_has_no_finding(path: Path, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    assert examined(config, case_of(path), monkeypatch) == []


def test_there_are_sixty_broken_and_twenty_sound_ones() -> None:
    assert len(BROKEN) >= 60
    assert len(SOUND) >= 20


MARKED = {
    *("PG890", "PG891", "PG892", "PG893", "PG894", "PG895", "PG896", "PG897", "PG898", "PG900", "PG901", "PG902"),
    *("PG903", "PG904", "PG905", "PG906", "PG907", "PG908", "PG912"),
}


def test_the_files_show_every_code_that_one_file_can_have() -> None:
    assert {code for path in BROKEN for _, code in case_of(path).expected if code >= "PG870"} == MARKED


POLICY = """peakguard: 1
kind: config
name: app
version: 1.0.0
files: [app.json]
sections:
  exchange: {token: {type: string, secret: env, env: TOKEN}}
  limits: {most: {type: int64, required: false}}
rules:
  few: {expr: limits.most < 10, on_null: fail}
"""


@pytest.mark.parametrize(
    ("text", "environ", "places"),
    [
        (None, {}, {"app.json": "PG910"}),
        ('{"limits": {"most": 3,}}', {"TOKEN": "abcdef"}, {"app.json:1:23": "PG913"}),
        ('{"limits": {"most": 3}}', {}, {"app.json:1:1": "PG911"}),
        ('{"limits": {}}', {"TOKEN": "abcdef"}, {"app.json:1:2": "PG899"}),
    ],
)
def test_what_is_missing_is_told(
    text: str | None, environ: dict[str, str], places: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "app.yaml").write_text(POLICY)
    if text is not None:
        (tmp_path / "app.json").write_text(text)
    config = peakguard.load(tmp_path).config("app")
    assert {str(each.span): each.code for each in config.examine(environ=environ).findings} == places
    with pytest.raises(ConfigError) as refused:
        config.load(environ=environ)
    assert refused.value.code == "PG2070"
    assert [each.code for each in refused.value.diagnostics] == list(places.values())
