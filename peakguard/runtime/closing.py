"""What ends with `close()`, or with the `with` block that it stands in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closing(ABC):
    """Entering gives it itself; leaving closes it, whatever was raised."""

    @abstractmethod
    def close(self) -> None:
        """End it; a second time does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
