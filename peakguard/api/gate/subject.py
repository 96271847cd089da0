"""What a check is given."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from peakguard.api.gate.revision import Revision, base_of
from peakguard.api.processes import Ended, path_with_us, run_to_end
from peakguard.pipeline.bundle import Bundle
from peakguard.pipeline.settings import python_path_of


class Subject:
    """A project under its gate: the policies, what the gate says, and the time that is left."""

    def __init__(
        self, bundle: Bundle, table: Mapping[str, Any], profile: str, told: Callable[[str], object], ends: float
    ) -> None:
        """`ends` is a time of `time.monotonic`; `told` hears what a check is about to do."""
        self.bundle = bundle
        self.root = os.path.abspath(bundle.project.root)
        self.table = table
        self.profile: Mapping[str, Any] = table["profiles"][profile]
        self.told = told
        self._ends = ends
        self._base: Revision | None = None

    def left(self) -> float:
        """Seconds of the budget that are left, one at least."""
        return max(1.0, self._ends - time.monotonic())

    def is_over(self) -> bool:
        """Whether the budget is used up."""
        return time.monotonic() > self._ends

    def base(self) -> Revision:
        """What the change is compared with. Raises PeakguardError (PG2143) where it is not there."""
        if self._base is None:
            self._base = base_of(self.root, self.table["diff"]["against"])
        return self._base

    def environment(self) -> dict[str, str]:
        """Variables under which modules of the program are found, and `python` is this one."""
        folders = [os.path.join(self.root, each) for each in python_path_of(self.bundle.project.settings)]
        before = os.environ.get("PYTHONPATH", "")
        path = os.pathsep.join([*folders, self.root, *filter(None, [before])])
        return {**os.environ, "PATH": path_with_us(), "PYTHONPATH": path, "NO_COLOR": "1"}

    def peakguard(self, *words: str, folder: str = ".") -> Ended:
        """Run a command of ours in a folder of the project, for no longer than is left."""
        command = [sys.executable, "-m", "peakguard", *words]
        environment = {**os.environ, "PATH": path_with_us(), "NO_COLOR": "1"}
        return run_to_end(command, os.path.join(self.root, folder), environment, seconds=self.left())
