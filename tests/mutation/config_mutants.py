"""Faults put into configurations and their registry on purpose, each with the tests that must turn red."""

from __future__ import annotations

from tests.mutation.mutant import Fault, Mutant

CONFIG = "peakguard/kinds/config"
FILES = ("tests/conformance/test_configs.py",)
REGISTRY = ("tests/unit/config/test_registry.py",)
ORDERS = ("tests/unit/config/test_interleavings.py",)
COMMANDS = ("tests/functional/test_config.py",)

CONFIGS = [
    Mutant(
        "config-publishes-before-it-judges",
        "subscribers are told although one refuses",
        f"{CONFIG}/registry.py",
        "            if refusal is not None:\n                raise refusal\n",
        "",
        REGISTRY,
        "registry: publication",
        Fault.ORDER,
    ),
    Mutant(
        "config-derives-outside-the-lock",
        "writers of one process do not exclude each other",
        f"{CONFIG}/registry.py",
        "        with self._lock:\n            self._owner",
        "        if True:\n            self._owner",
        ORDERS,
        "registry: publication",
        Fault.SCOPE,
    ),
    Mutant(
        "config-forgets-the-expected-generation",
        "a publication takes whatever generation it finds",
        f"{CONFIG}/registry.py",
        "            if generation != expected:",
        "            if False:",
        ORDERS,
        "registry: publication",
        Fault.SCOPE,
    ),
    Mutant(
        "config-follows-the-files-after-a-rollback",
        "the files that were rolled back are taken again",
        f"{CONFIG}/registry.py",
        "mark = self._derive(record).mark()",
        "mark = None",
        REGISTRY,
        "registry: rollback",
        Fault.STALE,
    ),
    Mutant(
        "config-keeps-what-changes-nothing-to-itself",
        "values that were published over equal ones are lost",
        f"{CONFIG}/registry.py",
        "        self._keep(new, inputs, record, held)\n        self._swap(",
        "        if not is_same:\n            self._keep(new, inputs, record, held)\n        self._swap(",
        REGISTRY,
        "registry: last good",
        Fault.STALE,
    ),
    Mutant(
        "config-numbers-anew",
        "each process counts its own generations",
        f"{CONFIG}/registry.py",
        "least = max(record.generation if record is not None else 0, ",
        "least = max(0, ",
        REGISTRY,
        "registry: generations",
        Fault.STALE,
    ),
    Mutant(
        "config-trusts-a-damaged-record",
        "the checksum of the last good configuration is not looked at",
        "peakguard/runtime/store/store.py",
        "if digest == found.digest and len(data) == found.size:",
        "if len(data) == found.size:",
        REGISTRY,
        "registry: last good",
        Fault.DAMAGE,
    ),
    Mutant(
        "config-a-run-sees-every-generation",
        "what a run asked for first is not kept",
        f"{CONFIG}/pins.py",
        "        if known is not None:\n            return known\n",
        "        if known is not None:\n            return newest()\n",
        REGISTRY,
        "registry: pinned by a run",
        Fault.REPEAT,
    ),
    Mutant(
        "config-misplaced-keys-are-unknown",
        "a key under the wrong table is not told its home",
        f"{CONFIG}/unknown.py",
        "if home != path]",
        "if home == path]",
        FILES,
        "config: unknown keys",
        Fault.SILENT,
    ),
    Mutant(
        "config-tells-a-typo-twice",
        "the key that a misspelt one was meant to be is missing too",
        f"{CONFIG}/judged.py",
        " if path not in self.claimed]",
        "]",
        FILES,
        "config: unknown keys",
        Fault.SILENT,
    ),
    Mutant(
        "config-shows-misspelt-secrets",
        "the text under an unknown key is shown",
        f"{CONFIG}/masks.py",
        "inside or at.span in spans or ",
        "inside or ",
        COMMANDS,
        "config: secrets",
        Fault.SECRET,
    ),
    Mutant(
        "config-overridden-secrets-pass",
        "a secret in a file passes where the environment gives another",
        f"{CONFIG}/examine.py",
        "    findings += _literal_secrets(plan, files)\n",
        "",
        COMMANDS,
        "config: secrets",
        Fault.SECRET,
    ),
]
