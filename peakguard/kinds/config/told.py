"""What is told of configurations: events, which the journal keeps where something is refused."""

from __future__ import annotations

from peakguard.diagnostics.diagnostic import ERROR
from peakguard.kinds.config.snapshot import Snapshot
from peakguard.runtime import events
from peakguard.runtime.errors import ConfigError, PeakguardError


def tell_loaded(config: str, snapshot: Snapshot) -> None:
    """A registry begins, with this generation."""
    if events.is_heard():
        events.emit(
            "config_loaded",
            policy_set=snapshot.provenance.policy_set,
            config=config,
            generation=snapshot.generation,
            digest=snapshot.digest,
            source=snapshot.provenance.source,
        )


def tell_taken(config: str, snapshot: Snapshot, changed: tuple[str, ...]) -> None:
    """A generation is served from now on."""
    if events.is_heard():
        events.emit(
            "config_reloaded",
            policy_set=snapshot.provenance.policy_set,
            config=config,
            generation=snapshot.generation,
            digest=snapshot.digest,
            source=snapshot.provenance.source,
            changed=list(changed),
        )


def tell_refused(config: str, generation: int | None, error: PeakguardError) -> None:
    """A configuration is refused; `generation` is what is served in its place, None where that is none."""
    if not events.is_heard():
        return
    findings = [each for each in error.diagnostics if each.severity == ERROR] if isinstance(error, ConfigError) else []
    events.emit(
        "config_refused",
        severity="error" if generation is None else "warning",
        policy_set=error.policy_set,
        config=config,
        generation=generation,
        code=findings[0].code if findings else error.code,
        codes=[each.code for each in findings] or [error.code],
        place=str(findings[0].span) if findings else "",
    )
