"""Configurations from outside the program: what `peakguard validate` and `peakguard config` show of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.api.policies import load
from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    from peakguard.kinds.config.examine import Examined
    from peakguard.kinds.config.runtime import Config


def config_policy(root: str | None, name: str | None) -> Config:
    """The config policy of a name, or the only one of the project.

    Raises PolicyError for a project with errors, PeakguardError (PG2005) where there is no such policy, or not one.
    """
    policies = load(root)
    names = policies.names("config")
    if name is None and len(names) != 1:
        data = {"kind": "config", "name": "", "known": ", ".join(names) or "none", "suggestion": ""}
        raise PeakguardError(codes.UNKNOWN_POLICY, **data)
    return policies.config(names[0] if name is None else name)


def rows(config: Config, examined: Examined) -> list[dict[str, Any]]:
    """Every value of a good configuration: its path, how it is shown, where it comes from. Secrets are never shown."""
    from peakguard.kinds.config.sections import flat

    found = flat(config.section_of(examined))
    return [{"path": path, "value": _shown(value), "origin": _origin(examined, path)} for path, value in found]


def differences(config: Config, before: Examined, after: Examined) -> list[dict[str, Any]]:
    """The paths at which two good configurations differ, with both values and where they stand."""
    from peakguard.kinds.config.sections import flat

    old, new = dict(flat(config.section_of(before))), dict(flat(config.section_of(after)))
    changed = [path for path in {**old, **new} if (path in old) != (path in new) or old[path] != new[path]]
    return [
        {
            "path": path,
            "before": _side(before, path, old),
            "after": _side(after, path, new),
        }
        for path in sorted(changed)
    ]


def schema(config: Config, draft: str, *, is_part: bool) -> dict[str, Any]:
    """The JSON Schema of a configuration, or of one of its files."""
    from peakguard.kinds.config.schema import json_schema

    return json_schema(config.table, draft, is_part=is_part)


def outcomes(examined: Examined) -> list[dict[str, str]]:
    """What became of each rule."""
    return [dict(outcome._asdict()) for outcome in examined.outcomes]


def _side(examined: Examined, path: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
    if path not in values:
        return None
    return {"value": _shown(values[path]), "origin": _origin(examined, path)}


def _origin(examined: Examined, path: str) -> str:
    """`config.toml:3:1`, `environment NAME`, `default (policies/app.yaml:9)`, or nothing for what is not given."""
    place = examined.origins.get(path, "")
    if place.startswith("$"):
        return f"environment {place[1:].partition(':')[0]}"
    return f"default ({place})" if place.count(":") == 1 else place


def _shown(value: Any) -> Any:
    """A value as JSON has it; a secret in words that tell nothing of it."""
    from peakguard.kinds.config.sections import Secret, Section

    if isinstance(value, Secret):
        return "(a secret)"
    if isinstance(value, Section):
        return {key: _shown(value[key]) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_shown(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
