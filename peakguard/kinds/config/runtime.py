"""A config policy at work: it reads, judges and gives configurations, or refuses them with every fault."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.kinds.config.examine import Examined, examine
from peakguard.kinds.config.files import File, Wanted, read_file, wanted_files
from peakguard.kinds.config.inputs import of_values
from peakguard.kinds.config.layers import RETURNED
from peakguard.kinds.config.sections import Section, restored
from peakguard.kinds.config.told import tell_refused
from peakguard.kinds.config.unknown import homes_of
from peakguard.runtime.errors import ConfigError
from peakguard.runtime.failure.refused import named_code, refusal_of

if TYPE_CHECKING:
    from peakguard.kinds.config.registry import Registry
    from peakguard.runtime.failure.definition import Definition
    from peakguard.runtime.policy_set import PolicySet


def bind(table: Mapping[str, Any], policies: PolicySet) -> Config:
    """The policy, ready to read configurations."""

    def find(code: str) -> Definition | None:
        return policies.errors.find(code)  # the catalogs are read when one is asked for

    return Config(table, policies.root, policies.digest, find)


class Config:
    """A config policy. Thread-safe; every call reads the files anew."""

    def __init__(
        self, table: Mapping[str, Any], root: str, digest: str, find: Callable[[str], Definition | None]
    ) -> None:
        self.table = table
        self._find = find
        self.root = root
        self.policy_set = digest
        self._homes = homes_of(table)

    @property
    def name(self) -> str:
        """The name of the policy."""
        return str(self.table["name"])

    def examine(
        self,
        files: Sequence[str | os.PathLike[str]] | None = None,
        *,
        profile: str | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Examined:
        """Every fault of a configuration, and its values; never raises for what stands in it.

        `files` stand in place of those of the policy, each over the ones before it. `profile` is PEAKGUARD_PROFILE
        if it is not given, `environ` that of the process.
        """
        wanted = self.wanted(files, self.profile(profile, environ))
        return self.examine_files([read_file(each) for each in wanted], environ)

    def examine_files(self, files: Sequence[File], environ: Mapping[str, str] | None = None) -> Examined:
        """The same for files that were read already."""
        variables = os.environ if environ is None else environ
        return examine(self.table, self._homes, self.root, files, dict(variables))

    def examine_values(self, values: Mapping[str, Any]) -> Examined:
        """Every fault of values that the program itself loaded, from wherever it did."""
        # The program has asked the environment already, where it does so at all.
        environ = {name: text for name, text in os.environ.items() if name in self.table["environment"]["reads"]}
        return self.examine_files([of_values(RETURNED, values)], environ)

    def wanted(self, files: Sequence[str | os.PathLike[str]] | None, profile: str | None) -> list[Wanted]:
        """The files to read."""
        given = None if files is None else [os.fspath(path) for path in files]
        return wanted_files(self.table, self.root, given, profile)

    def profile(self, profile: str | None, environ: Mapping[str, str] | None = None) -> str | None:
        """The profile that is meant: the given one, else that of the environment."""
        return profile or (os.environ if environ is None else environ).get("PEAKGUARD_PROFILE") or None

    def registry(self, *, profile: str | None = None, environ: Mapping[str, str] | None = None) -> Registry:
        """A registry of its own, as in `PolicySet.registry`."""
        from peakguard.kinds.config.registry import Registry

        return Registry(self, profile=profile, environ=environ)

    def load(
        self,
        files: Sequence[str | os.PathLike[str]] | None = None,
        *,
        profile: str | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Any:
        """The configuration, frozen: `load().risk.max_drawdown`. The arguments are those of `examine`.

        Raises ConfigError (PG2070), which holds every finding; where a broken rule names an error of the project's
        catalog it is that error too.
        """
        try:
            return self.section_of(self.examine(files, profile=profile, environ=environ))
        except ConfigError as error:
            tell_refused(self.name, None, error)
            raise

    def section_of(self, examined: Examined) -> Section:
        """The configuration that was examined. Raises ConfigError (PG2070) where it holds an error."""
        if examined.values is None or not examined.is_good:
            raise self.refusal(examined)
        return restored(self.table["fields"], examined.values)

    def refusal(self, examined: Examined) -> ConfigError:
        """The error that says why a configuration is refused."""
        code = named_code(examined.findings)
        definition = self._find(code) if code is not None else None
        return refusal_of(self.name, examined.findings, definition, self.policy_set)
