"""Which library runs the coroutine that asks: asyncio, or trio where that is loaded (also below anyio)."""

from __future__ import annotations

import sys
from typing import Any


def running_trio() -> Any:
    """The module `trio` if it runs this coroutine, else None. Nothing is imported for the question."""
    trio = sys.modules.get("trio")
    if trio is None:
        return None
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        return None
    return trio
