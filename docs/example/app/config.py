"""The settings of a run."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """What a run is told; `fee_rate` and `stop` are fractions, `cash` is in USD."""

    symbol: str
    page_size: int
    fast: int
    slow: int
    stop: float
    cash: float
    fee_rate: float


def load(path: Path) -> Settings:
    """The settings of a TOML file."""
    with path.open("rb") as file:
        return Settings(**tomllib.load(file))
