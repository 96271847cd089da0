"""A run while it is recorded: what it reads, passes and writes, until its manifest is kept."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.kinds.reproducibility import circumstances, files, manifest
from peakguard.kinds.reproducibility.archive import Archive
from peakguard.kinds.reproducibility.checkpoints import Checkpoint, keep_with
from peakguard.kinds.reproducibility.opened import Opened
from peakguard.kinds.reproducibility.standard_input import NAME, StandardInput
from peakguard.runtime import events, secret_forms
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.events import Event
from peakguard.runtime.seeding import Streams


class Start(NamedTuple):
    """What is known of a run when it begins. `folders` hold its policies; `clock_ns` is where its clock begins."""

    run_id: str
    name: str | None
    command: tuple[str, ...]
    root: str
    seed: int | None
    level: str
    table: Mapping[str, Any]
    policy_set: str
    folders: tuple[str, ...]
    clock_ns: int


class Recording:
    """Records from `begin` to `end`; an object of one run."""

    def __init__(self, start: Start, archive: Archive, streams: Streams | None) -> None:
        self._start = start
        self._archive = archive
        self._streams = streams
        self._keep: int = start.table["keep"]
        self._digests: list[str] = []
        self._inputs: dict[str, dict[str, Any]] = {}
        self._checkpoints: list[dict[str, Any]] = []
        self._config: dict[str, dict[str, Any]] = {}
        self._opened = Opened(start.root, self._note_input)
        self._undo: list[Callable[[], None]] = []
        self._standard_input: StandardInput | None = None
        self._began, self._folder = datetime.now(UTC), files.named(os.getcwd(), start.root)
        self._path = files.search_path(start.root)
        self._ticks = time.perf_counter()
        self._facts: dict[str, Any] = {}
        self._problem: Exception | None = None

    def begin(self) -> None:
        """Take note of what the run stands in, and listen from now on."""
        start = self._start
        record = start.table["record"]
        found = circumstances.git_facts(start.root) if "git" in record else None
        if found is not None:
            facts, patch = found
            with self._without_harm():
                self._facts["git"] = {**facts, "patch": self._kept(patch) if patch else None}
        if "inputs" in record:
            for path in files.matching(start.root, start.table["inputs"]):
                self._note_input(path)
        self._undo = [keep_with(self._note_checkpoint), events.subscribe(self._note_event)]
        if "inputs" in record:
            self._opened.begin()
            self._standard_input = StandardInput(self._keep)

    def end(self, ended: Mapping[str, Any]) -> dict[str, Any]:
        """Keep the manifest, and give it. Raises PeakguardError (PG2105) where the run could not be recorded whole."""
        self._opened.end()
        for each in self._undo:
            each()
        with self._without_harm():
            made = self._manifest(ended)
            made["fingerprint"] = manifest.fingerprint(made)
            if self._problem is None:
                self._archive.save(made, self._digests)
                return made
        raise PeakguardError(codes.RECORDING_FAILED, problem=str(self._problem)) from self._problem

    def _manifest(self, ended: Mapping[str, Any]) -> dict[str, Any]:
        start = self._start
        record = start.table["record"]
        self._note_standard_input()
        found = (self._file(path) for path in files.sources(start.root, start.folders))
        sources = {each["path"]: each for each in found}
        return {
            "manifest": manifest.FORMAT,
            "run_id": start.run_id,
            "name": start.name,
            "began": self._began.isoformat(),
            "began_ns": int(self._began.timestamp() * 1e9),
            "seconds": round(time.perf_counter() - self._ticks, 6),
            "command": list(start.command),
            "folder": self._folder,
            "seed": start.seed,
            "level": start.level,
            "table": dict(start.table),
            "clock_ns": start.clock_ns,
            "policy_set": start.policy_set if "policies" in record else None,
            "config": self._config if "config" in record else {},
            "environment": variables(start.table["environment"]),
            "python": circumstances.python_facts(),
            "platform": circumstances.platform_facts() if "platform" in record else None,
            "packages": circumstances.packages() if "packages" in record else None,
            "git": self._facts.get("git"),
            "streams": self._streams.draws() if self._streams is not None else {},
            "inputs": [self._inputs[path] for path in sorted(self._inputs.keys() - set(sources))],
            "modules": files.modules(start.root),
            "path": self._path,
            "sources": list(sources.values()),
            "checkpoints": self._checkpoints,
            "outputs": list(self._outputs()),
            "ended": dict(ended),
        }

    def _outputs(self) -> Iterable[dict[str, Any]]:
        root = self._start.root
        found = {*self._opened.written, *files.matching(root, self._start.table["outputs"])}
        inside = os.path.join(os.path.realpath(root), "")
        for path in sorted(os.path.realpath(each) for each in found):
            if path.startswith(inside) and os.path.isfile(path):
                content = files.content_of(path, self._keep)
                digest, columns = files.content_digest(path, content.data, content.digest)
                yield {**self._entry(path, content), "content": digest, "columns": columns}

    def _note_input(self, path: str) -> None:
        name = files.named(path, self._start.root)
        if name not in self._inputs:
            with self._without_harm():
                self._inputs[name] = self._file(path)

    def _note_standard_input(self) -> None:
        content = self._standard_input.content() if self._standard_input is not None else None
        if content is not None:
            self._inputs[NAME] = {**self._entry(NAME, content), "path": NAME}

    def _note_checkpoint(self, made: Checkpoint) -> None:
        with self._without_harm():
            self._keep_checkpoint(made)

    @contextmanager
    def _without_harm(self) -> Iterator[None]:
        """The program goes on where something cannot be kept; `end` says so."""
        try:
            yield
        except (OSError, PeakguardError) as error:
            self._problem = self._problem or error

    def _keep_checkpoint(self, made: Checkpoint) -> None:
        entry = {"name": made.name, "form": made.form, "digest": made.digest, "columns": made.columns}
        data = made.packed() if made.size <= self._keep else None
        self._checkpoints.append({**entry, "kept": self._kept(data) if data is not None else None})

    def _note_event(self, event: Event) -> None:
        if event.name in ("config_loaded", "config_reloaded"):
            told = {"generation": event.fields["generation"], "digest": event.fields["digest"]}
            self._config[event.fields["config"]] = told

    def _file(self, path: str) -> dict[str, Any]:
        return self._entry(path, files.content_of(path, self._keep))

    def _entry(self, path: str, content: files.Content) -> dict[str, Any]:
        kept = self._kept(content.data) is not None if content.data is not None else False
        return {
            "path": files.named(path, self._start.root),
            "digest": content.digest,
            "size": content.size,
            "kept": kept,
        }

    def _kept(self, data: bytes) -> str:
        digest = self._archive.add(data)
        self._digests.append(digest)
        return digest


def variables(patterns: Iterable[str]) -> dict[str, str]:
    """The variables of the environment that a policy lets into manifests; one with a secret name never is."""
    is_wanted = secret_forms.of_globs(patterns)
    is_secret = secret_forms.of_globs(map(secret_forms.squeezed, secret_forms.BUILT_IN_KEYS))
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if is_wanted is not None and is_wanted(name) and not (is_secret and is_secret(secret_forms.squeezed(name)))
    }
