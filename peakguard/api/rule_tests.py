"""`run_rule_tests`: the tests of a project's policies, and what of these they have shown."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from peakguard.api.rule_testing.outcome import RuleTests
    from peakguard.kinds.test.model import Suite
    from peakguard.language.document import Document

    Chosen = Callable[[Document[Suite], int], bool]
    OnProgress = Callable[[int, int], object]

_VARIABLES = ("PEAKGUARD_MODE", "PEAKGUARD_PROFILE")


def run_rule_tests(
    root: str | os.PathLike[str] | None = None,
    *,
    chosen: Chosen | None = None,
    on_progress: OnProgress | None = None,
) -> RuleTests:
    """Run every case of every `kind: test`, or those for which `chosen(suite, index)` is true.

    Where some are left out, the coverage is of the policies that the others are about. `on_progress` hears how many
    cases of how many are done. What is given back has `ok`, `counts`, `cases` (each with
    its `mismatches`), `failed` and `coverage`. Raises PolicyError where the check finds errors in the policies.
    """
    from peakguard.api.rule_testing.coverage import coverage
    from peakguard.api.rule_testing.outcome import RuleTests
    from peakguard.api.rule_testing.running import Runner
    from peakguard.pipeline.artefact import load_project
    from peakguard.pipeline.bundle import load_bundle
    from peakguard.pipeline.project import find_project

    project = find_project(os.fspath(root) if root is not None else None)
    policies = load_project(project)
    bundle = load_bundle(project)
    suites = [cast("Document[Suite]", document) for document in bundle.of_kind("test")]
    every = [(suite, index) for suite in suites for index in range(len(suite.spec.tests))]
    cases = [(suite, index) for suite, index in every if chosen is None or chosen(suite, index)]
    results = []
    with _own_circumstances(), closing(Runner(bundle.documents, policies)) as runner:
        for done, (suite, index) in enumerate(cases, 1):
            results.append(runner.run(suite, index))
            if on_progress is not None:
                on_progress(done, len(cases))
    seen = [each for result in results if result.ok for each in result.seen]
    found = coverage(bundle.documents, seen)
    if len(cases) < len(every):
        found = found.of({result.policy for result in results})
    return RuleTests(tuple(results), found)


@contextmanager
def _own_circumstances() -> Iterator[None]:
    """Nothing of the environment decides what a policy does."""
    kept = {name: os.environ.pop(name) for name in _VARIABLES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
