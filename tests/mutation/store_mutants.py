"""Faults put into the store and into fsops on purpose, each with the tests that must turn red."""

from __future__ import annotations

from tests.mutation.mutant import Mutant

_UNIT = "tests/unit/runtime/test_store.py"
_CUTS = "tests/crash/test_enumeration.py"

STORE = [
    Mutant(
        "store-believes-objects",
        "the digest of an object is not compared",
        "peakguard/runtime/store/store.py",
        "        if digest == found.digest and len(data) == found.size:",
        "        if len(data) == found.size:",
        ("tests/crash/test_damage.py",),
    ),
    Mutant(
        "store-believes-pointers",
        "the digest of a pointer is not compared",
        "peakguard/runtime/store/sealed.py",
        '    if rest != _digest(body) + b"\\n":',
        "    if not rest:",
        ("tests/crash/test_damage.py",),
    ),
    Mutant(
        "store-follows-pointers-of-others",
        "the key in a pointer is not compared with its name",
        "peakguard/runtime/store/pointer.py",
        "    if name_of(found.key) != name:",
        "    if not name:",
        (_UNIT,),
    ),
    Mutant(
        "store-collector-does-not-sync",
        "pointers are not durable when objects are removed",
        "peakguard/runtime/store/collect.py",
        '    if durability == "full" and old:',
        '    if durability == "rename" and old:',
        (_CUTS,),
    ),
    Mutant(
        "store-makes-folders-before-its-format-is-durable",
        "what a killed process made is not synced first",
        "peakguard/runtime/store/opening.py",
        "        # Before anything else: folders without a `format` would be taken for something else.\n"
        "        sync_folder(layout.root)\n",
        "        pass\n",
        (_CUTS, "-m", "slow"),
    ),
    Mutant(
        "store-trusts-objects-that-are-there",
        "an object of that name is not written again",
        "peakguard/runtime/store/store.py",
        "            # Also where it is there: it may be damaged, or its writer may have died before it was durable.\n"
        "            self._write(self.layout.object(made.digest), data)",
        "            if not os.path.exists(self.layout.object(made.digest)):\n"
        "                self._write(self.layout.object(made.digest), data)",
        (_UNIT,),
    ),
    Mutant(
        "store-collects-what-is-pinned",
        "pins are not read",
        "peakguard/runtime/store/collect.py",
        "    named = set(_pinned(layout, damaged))",
        "    named = set[str]()",
        (_CUTS,),
    ),
    Mutant(
        "store-removal-is-not-synced",
        "a key that was removed may come back",
        "peakguard/runtime/store/store.py",
        '        if self._durability == "full":\n            sync_folder(os.path.dirname(path))',
        '        if self._durability == "never":\n            sync_folder(os.path.dirname(path))',
        (_CUTS,),
    ),
    Mutant(
        "store-sweeps-the-living",
        "temporary files of processes that run are removed",
        "peakguard/runtime/store/writers.py",
        "        return not _is_alive(int(process, 16))",
        "        return True",
        (_UNIT,),
    ),
    Mutant(
        "store-counts-no-generations",
        "each value is the first",
        "peakguard/runtime/store/store.py",
        "generation=self._generation(key) + 1",
        "generation=1",
        (_UNIT,),
    ),
    Mutant(
        "store-without-locks",
        "writers do not wait for each other",
        "peakguard/runtime/store/locks.py",
        "        lock.acquire()",
        "        pass",
        ("tests/crash/test_soak.py",),
    ),
    Mutant(
        "files-are-not-synced",
        "the content of a file is not durable when it takes its name",
        "peakguard/runtime/fsops.py",
        '        _write_new(temporary, data, sync=durability == "full", flags=os.O_EXCL, mode_of=target)',
        "        _write_new(temporary, data, sync=False, flags=os.O_EXCL, mode_of=target)",
        (_CUTS,),
    ),
    Mutant(
        "sync-is-tried-again",
        "a sync that failed is tried once more",
        "peakguard/runtime/fsops.py",
        "    except OSError as error:\n        raise Unsynced",
        "    except OSError as error:\n        system.fsync(descriptor)\n        raise Unsynced",
        (_UNIT,),
    ),
]
