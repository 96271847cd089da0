"""Faults put into the guards on purpose, each with the tests that must turn red."""

from __future__ import annotations

from tests.mutation.mutant import Mutant

GUARDING = "peakguard/runtime/guarding"
BINDINGS = "peakguard/kinds/bindings"
STANDING = ("tests/unit/runtime/guarding/test_standing.py",)
WRAPPERS = ("tests/property/test_guard_wrappers.py",)
LAYERS = ("tests/functional/test_bindings.py",)
RUNS = ("tests/functional/test_run_command.py",)

GUARDS = [
    Mutant(
        "guards-copies-stay-bare",
        "what other modules copied is not replaced",
        f"{GUARDING}/standing.py",
        "            standing = by_old.get(id(value))\n",
        "            standing = None\n",
        STANDING,
    ),
    Mutant(
        "guards-copies-stay-guarded",
        "what was copied while a guard stood is not given back",
        f"{GUARDING}/standing.py",
        "                names[name] = by_old[id(value)]",
        "                pass",
        STANDING,
    ),
    Mutant(
        "guards-held-wrappers-stay-armed",
        "who holds a wrapper goes on being guarded",
        f"{GUARDING}/standing.py",
        "                disarm(standing.wrapper, standing.place.function)\n",
        "",
        STANDING,
    ),
    Mutant(
        "guards-half-put-on",
        "where one guard cannot be put on, the others stay",
        f"{GUARDING}/standing.py",
        "            take_off(made)\n            raise",
        "            raise",
        STANDING,
    ),
    Mutant(
        "guards-wake-lazy-modules",
        "names are asked of a module itself",
        f"{GUARDING}/modules.py",
        'object.__getattribute__(module, "__dict__")',
        "module.__dict__",
        STANDING,
    ),
    Mutant(
        "guards-static-methods-become-methods",
        "a static method is replaced by a plain function",
        f"{GUARDING}/places.py",
        "            return type(raw)(wrapper)\n        if isinstance(raw, property)",
        "            return wrapper\n        if isinstance(raw, property)",
        STANDING,
    ),
    Mutant(
        "guards-inherited-guards-stay",
        "a guard on an inherited method stays in the class",
        f"{GUARDING}/places.py",
        "            delattr(self.owner, self.name)",
        "            setattr(self.owner, self.name, self.raw)",
        STANDING,
    ),
    Mutant(
        "guards-keywords-become-positional",
        "keyword-only parameters may be given by position",
        f"{GUARDING}/parameters.py",
        '        head.append("*")',
        "        pass",
        WRAPPERS,
    ),
    Mutant(
        "guards-sent-values-are-lost",
        "what is sent to a generator does not arrive",
        f"{GUARDING}/flavour.py",
        "({steps}.<send>, ({got},))",
        "({steps}.<next>, ())",
        WRAPPERS,
    ),
    Mutant(
        "guards-generators-are-not-closed",
        "a generator that is closed early is not",
        f"{GUARDING}/flavour.py",
        "    <await >{steps}.<close>()",
        "    pass",
        WRAPPERS,
    ),
    Mutant(
        "guards-hidden-keywords",
        "a keyword named as a positional-only parameter is refused",
        f"{GUARDING}/bound.py",
        "    if rest is None or not fixed:",
        "    if True:",
        WRAPPERS,
    ),
    Mutant(
        "guards-observing-raises",
        "what only observes stops the call",
        f"{BINDINGS}/problems.py",
        "        return error if self.is_enforced else None",
        "        return error",
        LAYERS,
    ),
    Mutant(
        "guards-faults-of-ours-stop-calls",
        "a fault of ours stops a call that is not critical",
        f"{BINDINGS}/problems.py",
        "        if self.is_critical and self.is_enforced:",
        "        if self.is_enforced:",
        LAYERS,
    ),
    Mutant(
        "guards-quick-check-says-yes",
        "the written-out check lets every usual value pass",
        f"{BINDINGS}/quick.py",
        '    return " and ".join(tests) or "1"',
        '    return "1"',
        ("tests/unit/bindings/test_quick.py",),
    ),
    Mutant(
        "guards-strongest-mode-holds",
        "the strongest mode holds, not the weakest",
        "peakguard/runtime/mode.py",
        "    return min((mode",
        "    return max((mode",
        LAYERS,
    ),
    Mutant(
        "guards-files-are-left-behind",
        "a file that was not finished takes the old one's place",
        f"{BINDINGS}/files.py",
        '        failed=(f"{{set[{name}]}} = {{swap}}.path", "{swap}.abandon({error})"),',
        '        failed=(f"{{set[{name}]}} = {{swap}}.path", "{swap}.commit()"),',
        LAYERS,
    ),
    Mutant(
        "guards-spans-leak-out-of-generators",
        "the span of a generator stands while its caller works",
        f"{BINDINGS}/layers.py",
        '    stepped = ("{inside} = {get}()", "{stand}({outer})")',
        '    stepped = ("{inside} = {get}()",)',
        LAYERS,
    ),
    Mutant(
        "guards-imports-are-not-heard",
        "a module that is imported later stays bare",
        f"{GUARDING}/hook.py",
        "                on_import(module)\n",
        "                pass\n",
        LAYERS,
    ),
    Mutant(
        "guards-programs-lose-their-own",
        "functions of the program file itself stay bare",
        "peakguard/api/program.py",
        "        is_guarded = is_guarded or guard_main(main)",
        "        is_guarded = True",
        RUNS,
    ),
    Mutant(
        "guards-programs-lose-the-future",
        "`from __future__` holds for one statement only",
        "peakguard/api/program.py",
        "        flags |= code.co_flags & _FUTURE\n",
        "",
        RUNS,
    ),
]
