"""Faults put into chaos on purpose, each with the tests that must turn red."""

from __future__ import annotations

from tests.mutation.mutant import Mutant

_KIND = "peakguard/kinds/chaos"
_SCHEDULE = "tests/unit/chaos/test_schedule.py"
_PERMISSION = "tests/unit/chaos/test_permission.py"
_JUDGING = "tests/unit/chaos/test_judging.py"
_DISK = "tests/unit/chaos/test_disk.py"
_HERE = "tests/unit/chaos/test_here.py"
_COMMAND = "tests/functional/test_chaos.py"

CHAOS = [
    Mutant(
        "chaos-never-is-absorbed",
        "a fault that never came counts as absorbed",
        f"{_KIND}/judging.py",
        "    if not ran.injected:",
        "    if not ran.injected and ran.exit_code:",
        (_JUDGING,),
    ),
    Mutant(
        "chaos-times-off-by-one",
        "a fault comes once more than it may",
        f"{_KIND}/schedule.py",
        "self._value <= call < self._value + self._times",
        "self._value <= call <= self._value + self._times",
        (_SCHEDULE,),
    ),
    Mutant(
        "chaos-chance-without-a-bound",
        "a fault by chance has no bound",
        f"{_KIND}/schedule.py",
        "while self._drawn < call and len(self._met) < self._times:",
        "while self._drawn < call:",
        (_SCHEDULE,),
    ),
    Mutant(
        "chaos-seed-ignored",
        "chance does not follow from the seed",
        f"{_KIND}/schedule.py",
        "self._source = Random(seed)",
        "self._source = Random()",
        (_SCHEDULE,),
    ),
    Mutant(
        "chaos-seed-of-the-command-ignored",
        "another seed gives the same calls",
        f"{_KIND}/planting.py",
        'f"{self._seed}/{self._scenario}/{name}"',
        'f"{self._scenario}/{name}"',
        (_HERE, "-k", "same_seed"),
    ),
    Mutant(
        "chaos-refused-profile-allowed",
        "a profile that the policy does not name is permitted",
        f"{_KIND}/permission.py",
        'elif profile not in table["profiles"]:',
        'elif profile in ("live",):',
        (_PERMISSION,),
    ),
    Mutant(
        "chaos-off-is-on",
        "a policy that is off permits faults",
        f"{_KIND}/permission.py",
        '    if table["mode"] == "off":',
        '    if table["mode"] == "none":',
        (_PERMISSION,),
    ),
    Mutant(
        "chaos-handle-of-anybody",
        "orders for another process are carried out",
        f"{_KIND}/permission.py",
        "    elif parent != os.getppid():",
        "    elif parent is None:",
        (_PERMISSION,),
    ),
    Mutant(
        "chaos-handle-inherited",
        "children of the program inherit the orders",
        f"{_KIND}/permission.py",
        "environment.pop(VARIABLE, None)",
        "environment.get(VARIABLE)",
        (_PERMISSION,),
    ),
    Mutant(
        "chaos-wrong-is-absorbed",
        "another output passes for the same result",
        f"{_KIND}/judging.py",
        "if reference.outputs.get(path) != ran.outputs.get(path)]",
        "if path not in ran.outputs]",
        (_JUDGING,),
    ),
    Mutant(
        "chaos-stdout-does-not-count",
        "what the program prints is not compared",
        f"{_KIND}/judging.py",
        'return found if reference.stdout == ran.stdout else [*found, "stdout"]',
        "return found",
        (_JUDGING,),
    ),
    Mutant(
        "chaos-hang-is-an-error",
        "a program that was ended for its time is an unclear error",
        f"{_KIND}/judging.py",
        "    if ran.exit_code is None:",
        "    if ran.exit_code == 124:",
        (_JUDGING,),
    ),
    Mutant(
        "chaos-code-alone-is-clear",
        "an error without hints is clear",
        f"{_KIND}/judging.py",
        'for part in ("hints", "context") if',
        'for part in ("context",) if',
        (_JUDGING,),
    ),
    Mutant(
        "chaos-masked-fault-told",
        "a fault is told that another has kept from happening",
        f"{_KIND}/calls.py",
        "                break  # the call is over, and no other fault can meet it any more",
        "                pass",
        (_HERE, "-k", "two_faults"),
    ),
    Mutant(
        "chaos-lost-is-written",
        "a disk that lies writes everything",
        f"{_KIND}/disk.py",
        "        fits, self._left = self._left, 0",
        "        fits, self._left = len(view), 0",
        (_DISK,),
    ),
    Mutant(
        "chaos-clock-stays",
        "the wall clock does not come back",
        f"{_KIND}/clock.py",
        "            self._undo.pop()()",
        "            self._undo.pop()",
        ("tests/unit/chaos/test_clock.py",),
    ),
    Mutant(
        "chaos-outputs-stay",
        "what a run has left is found by the next",
        "peakguard/api/chaos_files.py",
        "            if now.get(path) != digest:",
        "            if path not in now:",
        ("tests/unit/chaos/test_files.py",),
    ),
    Mutant(
        "chaos-other-rules-break-too",
        "data are wrong by more than the rule that was named",
        "peakguard/kinds/contract/sample/given.py",
        "            if not others:",
        "            if rule not in others:",
        ("tests/unit/contract/test_given_frames.py",),
    ),
    Mutant(
        "chaos-guards-stay-off",
        "guards that were on are off while faults are planted",
        "peakguard/api/chaos_here.py",
        "                attachment.attach()\n                stack.callback(attachment.detach)",
        "                continue",
        (_HERE, "-k", "guards_stand"),
    ),
]
