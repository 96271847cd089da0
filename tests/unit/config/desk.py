"""A small project with a config policy, for tests of the registry."""

from __future__ import annotations

import threading
from pathlib import Path

import peakguard
from peakguard.kinds.config.runtime import Config

POLICY = """peakguard: 1
kind: config
name: app
version: 1.0.0
files: [config.toml, {path: local.toml, required: false}]
environment: {prefix: APP_}
reload: {max_stale: 1h, on_stale: fail, history: 5}
sections:
  risk: {limit: {type: int64, ge: 0, le: 100}, floor: {type: int64, default: 0}}
  capital: {type: int64, default: 100, frozen: true}
  token: {type: string, secret: env, required: false}
rules:
  order: {expr: risk.floor <= risk.limit}
"""


def desk(root: Path, policy: str = POLICY, limit: int = 1) -> Config:
    """The config policy of a project in a folder, whose file states a limit."""
    (root / "policies").mkdir(exist_ok=True)
    (root / "policies" / "app.yaml").write_text(policy)
    write(root, limit)
    return peakguard.load(root).config("app")


def write(root: Path, limit: int | str, more: str = "") -> None:
    """Write the file, as an editor does: a new file that takes the place of the old one."""
    new = root / f"config.toml.{threading.get_ident()}"
    new.write_text(f"{more}[risk]\nlimit = {limit}\n")
    new.replace(root / "config.toml")
