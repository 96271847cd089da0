"""A monitor: invariants that are watched while a program changes its state."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

from peakguard.diagnostics import codes
from peakguard.kinds.invariants.intake_values import Reading
from peakguard.kinds.invariants.loading import load_monitor
from peakguard.kinds.invariants.state import StateTally
from peakguard.kinds.invariants.tally import Tally, worst
from peakguard.runtime.closing import Closing
from peakguard.runtime.errors import InvariantViolation, PeakguardError
from peakguard.runtime.events import emit
from peakguard.runtime.invariant import Breach, InvariantOutcome, Step, Verification
from peakguard.runtime.mode import environment_mode, weakest

if TYPE_CHECKING:
    from peakguard.runtime.policy_set import PolicySet


class Monitor(Closing):
    """Watches one stream of steps. A thread that comes in while another is inside a step is refused (PG746).

    `step(**values)` takes the values of a step under the names of the policy's state. It raises InvariantViolation for
    an invariant of severity `error` or `halt` that the step breaks; after `halt` it raises for every further step.
    `mode="observe"` only reports, as PEAKGUARD_MODE may ask of all. `close()` judges what is asked at the end, and
    raises for it.
    """

    def __init__(self, table: Mapping[str, Any], policies: PolicySet | None, mode: str = "enforce") -> None:
        self.table = table
        self.mode = weakest(table["mode"], mode, environment_mode())
        self._policies = policies
        self._tallies = [Tally(each, self.mode) for each in table["invariants"]]
        self._state = StateTally(table, self.mode)
        self._reading = Reading(table, self._odd)
        self._broken: list[Breach] = []
        self._recent: deque[tuple[Any, ...]] = deque(maxlen=table["keep"] + 1)
        self._halted: InvariantViolation | None = None
        self._is_closed = False
        make = load_monitor(table["text"])
        told = (self._note, self._settle, self._reading.read, self._recent.append, self._broken, self._shared)
        step, self._look = make(*told)
        self.step: Callable[..., None] = _entry(step, table, self.mode)

    def _note(
        self,
        number: int,
        verdict: bool | None,
        index: int,
        step: int,
        group: tuple[Any, ...],
        values: Sequence[Any],
        measures: Sequence[float | None] = (),
        is_beyond: bool = False,
    ) -> tuple[float, ...]:
        """What is new at a step, for the text: the bounds that further measures are compared with."""
        tally = self._tallies[number]
        if self._halted is not None:
            return tally.bounds
        if verdict is not None and verdict:
            tally.passed(step, self._reading.shown(values, tally.reads), measures)
            return tally.bounds
        tally.beyond += is_beyond
        if tally.refused(group, is_unknown=verdict is None, index=index):
            shown = self._reading.shown(values, tally.reads)
            measure = worst(tally.kinds, measures)
            breach = tally.breach(step, group, shown, is_unknown=verdict is None, measure=measure)
            if tally.first is None or tally.refuses:
                self._broken.append(breach)
        return tally.bounds

    def _settle(self, step: int, values: Sequence[Any]) -> None:
        """What is done about the invariants that a step breaks."""
        if self._halted is not None:
            raise self._again(self._halted)
        found = [each._replace(before=self._before()) for each in self._broken]
        self._broken.clear()
        tallies = {each.id: each for each in self._tallies}
        for breach in found:
            tally = tallies[breach.id]
            if tally.first is None:
                tally.first = breach
                self._tell(breach, is_enforced=tally.refuses)
        refused = [each for each in found if tallies[each.id].refuses]
        if not refused:
            return
        error = self._violation(refused)
        if any(tallies[each.id].halts for each in refused):
            self._halt(error, step, values)
        raise error

    def _halt(self, error: InvariantViolation, step: int, values: Sequence[Any]) -> None:
        from peakguard.kinds.invariants.artifact import write_artifact

        self._halted = error
        root = self._policies.root if self._policies is not None else ""
        steps = [*self._before(), Step(step, self._reading.shown(values))]
        error.artifact = write_artifact(root, self.table, error, steps, self._digest)
        # What is left in the list sends every further step here.
        self._broken.extend(error.breaches)

    def _again(self, first: InvariantViolation) -> PeakguardError:
        breach = first.breaches[0]
        error = PeakguardError(codes.RUN_HALTED, policy=self.table["name"], invariant=breach.id, step=breach.step)
        error.__cause__ = first
        return error

    def _shared(self) -> NoReturn:
        raise PeakguardError(codes.MONITOR_SHARED, policy=self.table["name"])

    def _odd(self, step: int, name: str, value: Any) -> None:
        """A value that is none of its type: the step is refused, and nothing else is asked of it."""
        if self._halted is not None:
            raise self._again(self._halted)
        breach = self._state.odd(step, name, value)
        if self._state.first is breach:
            self._tell(breach, is_enforced=self._state.refuses)
        if self._state.refuses:
            raise self._violation([breach])

    def _before(self) -> tuple[Step, ...]:
        """The steps ahead of the latest, as far as they are kept."""
        return tuple(map(self._step_of, list(self._recent)[:-1]))

    def _last(self) -> Step | None:
        return self._step_of(self._recent[-1]) if self._recent else None

    def _step_of(self, kept: Sequence[Any]) -> Step:
        number, *values = kept
        return Step(number, self._reading.restored(dict(zip(self._reading.kept, values, strict=True))))

    def _tell(self, breach: Breach, *, is_enforced: bool) -> None:
        if breach.severity == "record":
            return
        emit(
            "invariant_broken",
            severity="error" if is_enforced else "warning",
            policy_set=self._digest,
            policy=self.table["name"],
            invariant=breach.id,
            code=breach.error,
            step=breach.step,
            enforced=is_enforced,
        )

    def _violation(self, breaches: Sequence[Breach]) -> InvariantViolation:
        from peakguard.kinds.invariants.violated import violation_of

        return violation_of(self.table, breaches, self._policies)

    @property
    def _digest(self) -> str | None:
        return self._policies.digest if self._policies is not None else None

    def outcome(self) -> Verification:
        """What became of every invariant so far; what is asked at the end is judged by the last step."""
        steps, counts = self._look()
        sound = steps - self._state.failed
        outcomes = [self._outcome(number, tally, sound, counts) for number, tally in enumerate(self._tallies)]
        outcomes.insert(0, self._state.outcome(steps))
        left_out = [skipped(each) for each in self.table["off"]]
        name, version = self.table["name"], self.table["version"]
        return Verification(name, version, steps, (*outcomes, *left_out), self.mode == "enforce")

    def _outcome(self, number: int, tally: Tally, steps: int, counts: Mapping[str, Any]) -> InvariantOutcome:
        form, hits = tally.table["form"], counts.get(f"HIT_{number}", steps)
        if form == "after":
            return tally.outcome(hits, hits, counts[f"OPEN_{number}"])
        if form == "always":
            return tally.outcome(hits + tally.beyond, hits, 0)
        return tally.ended(self._last(), counts.get(f"LAST_{number}"), hits if form == "eventually" else None)

    def close(self) -> None:
        """Judge what is asked at the end; raises InvariantViolation where that refuses the run."""
        if self._is_closed or self.mode == "off":
            return
        self._is_closed = True
        verification = self.outcome()
        emit(
            "invariants_watched",
            policy_set=self._digest,
            policy=self.table["name"],
            steps=verification.steps,
            broken=sum(each.broken for each in verification.outcomes),
            idle=list(verification.idle),
        )
        if self._halted is not None:
            return
        ended = [each for each in verification.outcomes if each.form in ("at_end", "eventually") and each.first]
        for each in ended:
            assert each.first is not None
            self._tell(each.first, is_enforced=each.refuses and verification.is_enforced)
        refused = [each.first for each in ended if each.refuses and each.first is not None]
        if refused and verification.is_enforced:
            raise self._violation(refused)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """The end of a `with`: judged as by `close()`, unless something was raised already, which goes on."""
        if error is None:
            self.close()
            return
        try:
            self.close()
        except InvariantViolation as late:
            error.add_note(f"and at the end: {late}")


def skipped(name: str) -> InvariantOutcome:
    return InvariantOutcome(name, "", "always", None, "record", "skipped", "its mode is off")


def _renaming(step: Callable[..., None], renamed: Mapping[str, str]) -> Callable[..., None]:
    """The function under the names of the state, of which Python or the text has some for itself."""

    def under_its_names(*values: Any, **named: Any) -> None:
        step(*values, **{renamed.get(name, name): value for name, value in named.items()})

    return under_its_names


def _entry(step: Callable[..., None], table: Mapping[str, Any], mode: str) -> Callable[..., None]:
    """What the program calls: the generated function, behind what chooses the steps where a policy does."""
    renamed = {name: given for name, given in table["parameters"].items() if given != name}
    if mode == "off":
        return lambda *_, **__: None
    inner = step
    if renamed:
        inner = _renaming(step, renamed)
    if any(table["steps"][key] for key in ("on_change", "every", "sample")):
        from peakguard.kinds.invariants.choosing import chosen

        return chosen(inner, table)
    return inner
