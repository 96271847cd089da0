"""A cooperative scheduler: threads stop at named points, and every order of their steps is played."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence


class Player:
    """Plays threads in one order of steps. A thread that waits for the lock takes no step until it is free."""

    def __init__(self, prefix: Sequence[int]) -> None:
        self._prefix = list(prefix)
        self.choices: list[list[int]] = []
        self.played: list[int] = []
        self._turn = threading.Condition()
        self._running: int | None = None
        self._ready: dict[int, bool] = {}
        self._names = threading.local()
        self.holder: int | None = None
        self._waits: set[int] = set()
        self.errors: list[BaseException] = []

    def pause(self) -> None:
        """Stop here until the player says go on; called by the threads."""
        name = getattr(self._names, "it", None)
        if name is None:
            return
        with self._turn:
            self._ready[name] = True
            self._running = None
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._running == name)

    def acquire(self) -> None:
        """The lock: a thread that does not get it is passed over until it is free."""
        name = getattr(self._names, "it", None)
        if name is None:
            return
        while self.holder is not None:
            self._waits.add(name)
            self.pause()
        self._waits.discard(name)
        self.holder = name

    def release(self) -> None:
        """The lock is free again."""
        if getattr(self._names, "it", None) is not None:
            self.holder = None
            self._waits.clear()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def play(self, programs: Sequence[Callable[[], object]]) -> None:
        """Run all programs to their end, step by step."""
        threads = [
            threading.Thread(target=self._run, args=(name, program), daemon=True)
            for name, program in enumerate(programs)
        ]
        self._ready = {}
        for thread in threads:
            thread.start()
        left = set(range(len(threads)))
        while left:
            with self._turn:
                has_stopped = self._turn.wait_for(
                    lambda: self._running is None and len(self._ready) == len(threads), timeout=20
                )
                assert has_stopped, f"thread {self._running} does not come to its next point"
                left = {name for name in left if self._ready[name]}
                enabled = sorted(left - self._waits)
                if not enabled:
                    break
                choice = self._prefix[len(self.played)] if len(self.played) < len(self._prefix) else enabled[0]
                self.choices.append(enabled)
                self.played.append(choice)
                self._running = choice
                self._turn.notify_all()
        for thread in threads:
            thread.join()

    def _run(self, name: int, program: Callable[[], object]) -> None:
        self._names.it = name
        self.pause()
        try:
            program()
        except BaseException as error:  # noqa: BLE001 # told to whoever plays
            self.errors.append(error)
        with self._turn:
            self._ready[name] = False
            self._running = None
            self._turn.notify_all()


def schedules(play: Callable[[Player], object]) -> Iterator[Player]:
    """Play every order there is, each once; given is the player of each."""
    pending: list[list[int]] = [[]]
    while pending:
        prefix = pending.pop()
        player = Player(prefix)
        play(player)
        yield player
        for place in range(len(prefix), len(player.played)):
            others = [each for each in player.choices[place] if each != player.played[place]]
            pending += [[*player.played[:place], other] for other in others]
