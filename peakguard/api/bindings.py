"""`attach`, `guard` and `cached` with the project's own policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from peakguard.api.policies import default_policies

if TYPE_CHECKING:
    from peakguard.kinds.bindings.guard import Guarding
    from peakguard.kinds.bindings.runtime import Attachment


def attach(*, mode: str | None = None) -> Attachment:
    """Put the guards of all bindings on, as `PolicySet.attach` does."""
    return default_policies().attach(mode=mode)


def cached(name: str, *key: str) -> Guarding:
    """A cache policy as a decorator, as `@peakguard.cached("bars")`; see `PolicySet.cached`."""
    return default_policies().cached(name, *key)


def guard(name: str) -> Guarding:
    """The binding of a name as a decorator, as `@peakguard.guard("load")`, or around the statements of a `with`.

    Raises PeakguardError (PG2005) where there is none.
    """
    return default_policies().guard(name)
