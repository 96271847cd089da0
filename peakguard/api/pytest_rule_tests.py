"""`pytest -p peakguard --peakguard-rule-tests policies contracts`: every case of `kind: test` is a test of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from peakguard.api.rule_testing.outcome import CaseResult
    from peakguard.api.rule_testing.running import Runner
    from peakguard.kinds.test.model import Suite
    from peakguard.language.document import Document

_SUITES = pytest.StashKey[tuple[dict[Path, Any], Any]]()


class RuleTestFailed(Exception):
    """A case that came out otherwise."""

    def __init__(self, result: CaseResult) -> None:
        super().__init__(result.name)
        self.result = result


class RuleTestFile(pytest.File):
    """A file of `kind: test`."""

    def collect(self) -> Iterator[pytest.Item]:
        """Its cases; none where the file is of another kind, or in no policy folder of the project."""
        suites, runner = _project(self.config)
        suite: Document[Suite] | None = suites.get(self.path.resolve())
        for index, case in enumerate(suite.spec.tests if suite is not None else ()):
            name = f"{index + 1} {case.name}" if case.name is not None else str(index + 1)
            item: RuleTest = RuleTest.from_parent(self, name=name)
            item.of(cast("Document[Suite]", suite), index, runner)
            yield item


class RuleTest(pytest.Item):
    """One case."""

    def of(self, suite: Document[Suite], index: int, runner: Runner) -> None:
        """Say which case it is."""
        self._suite, self._index, self._runner = suite, index, runner

    def runtest(self) -> None:
        """Run it on every back end."""
        from peakguard.api.rule_tests import own_circumstances

        with own_circumstances():
            result = self._runner.run(self._suite, self._index)
        if not result.ok:
            raise RuleTestFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The mismatches, each with its place."""
        error = excinfo.value
        if not isinstance(error, RuleTestFailed):
            return super().repr_failure(excinfo, style)
        lines = [
            f"{each.span}: {each.sort}: {each.what}: expected {each.expected}, got {each.got}"
            for each in error.result.mismatches
        ]
        return "\n".join(lines)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it is written."""
        return self.path, self._suite.span("tests", self._index).line - 1, self.name


def collected(file: Path, parent: pytest.Collector) -> RuleTestFile | None:
    """The collector of a file whose name is that of rule tests."""
    if not file.name.endswith((".test.yaml", ".test.yml", ".test.toml")):
        return None
    made: RuleTestFile = RuleTestFile.from_parent(parent, path=file)
    return made


def _project(config: pytest.Config) -> tuple[dict[Path, Any], Runner]:
    """The suites of the project by their files, and what runs them; read once."""
    if _SUITES not in config.stash:
        from peakguard.api.policies import load
        from peakguard.api.rule_testing.running import Runner
        from peakguard.pipeline.bundle import load_bundle
        from peakguard.pipeline.project import find_project

        root = config.getoption("--peakguard-root")
        project = find_project(root)
        bundle = load_bundle(project)
        suites = {(Path(project.root) / each.file).resolve(): each for each in bundle.of_kind("test")}
        runner = Runner(bundle.documents, load(root))
        config.add_cleanup(runner.close)
        config.stash[_SUITES] = (suites, runner)
    return config.stash[_SUITES]
