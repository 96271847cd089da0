"""A config policy around a function that loads a configuration: what it returns is judged before it goes on."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from peakguard.diagnostics import codes
from peakguard.kinds.config.sections import Section
from peakguard.kinds.config.told import tell_refused
from peakguard.runtime.errors import ConfigError, PeakguardError
from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.site import Site
from peakguard.runtime.secrets import secret_in


def layer(site: Site, name: str) -> Layer:
    """The layer that judges the result. Raises PeakguardError (PG2082) for a generator, which returns none."""
    if site.flavour not in ("plain", "coroutine"):
        problem = f"it is a {site.flavour}, which returns no configuration"
        raise PeakguardError(codes.TARGET_REFUSED, target=site.target, problem=problem)
    lines = ("{problem} = {judge}({result})", "if {problem} is not None:", "    raise {problem}")
    return Layer("result", f"config {name}", {"judge": _judge(site, name)}, after=lines)


def _judge(site: Site, name: str) -> Callable[[Any], PeakguardError | None]:
    config = site.policies.config(name)

    def judge(result: Any) -> PeakguardError | None:
        try:
            examined = config.examine_values(_table(result))
            if examined.is_good:
                return None
            error: ConfigError = config.refusal(examined)
        except Exception as fault:  # noqa: BLE001 # a fault of ours is not the caller's
            return site.failed("config", fault)
        error.add_note(f"returned by {site.target}")
        tell_refused(name, None, error)
        return error if site.is_enforced else None

    return judge


def _table(result: Any) -> Mapping[str, Any]:
    values = plain(result)
    if not isinstance(values, Mapping):
        raise TypeError(f"{type(result).__name__} is no table of values")
    return values


def plain(value: Any) -> Any:
    """Tables of dictionaries, sections, dataclasses and pydantic models as plain ones; None is what is not given."""
    if isinstance(value, Mapping | Section):
        return {str(key): plain(value[key]) for key in value if value[key] is not None}
    if hasattr(type(value), "__dataclass_fields__"):
        return plain({name: getattr(value, name) for name in type(value).__dataclass_fields__})
    if hasattr(type(value), "model_fields"):
        return plain({name: getattr(value, name) for name in type(value).model_fields})
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    secret = secret_in(value)
    if secret is not None:
        return secret
    return os.fspath(value) if isinstance(value, os.PathLike) else value
