"""Where the disks of crash states are laid out."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator

import pytest


@pytest.fixture
def scratch() -> Iterator[str]:
    """A folder in memory where there is one: thousands of small disks are made in it."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield os.path.join(folder, "cut")
