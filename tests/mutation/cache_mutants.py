"""Faults put into the cache on purpose, each with the tests that must turn red."""

from __future__ import annotations

from tests.mutation.mutant import Mutant

KIND = "peakguard/kinds/cache"
UNIT = ("tests/unit/cache/test_cache.py",)
MODEL = ("tests/property/test_cache_model.py",)
FLIGHT = ("tests/crash/test_cache_flight.py",)
DAMAGE = ("tests/crash/test_cache_damage.py",)
LAYER = ("tests/unit/cache/test_layer.py",)
KEYS = ("tests/unit/cache/test_key.py",)

CACHES = [
    Mutant(
        "cache-is-never-old",
        "a value past its time is given",
        f"{KIND}/age.py",
        "    if ttl is None or age < ttl:",
        "    if True:",
        MODEL,
    ),
    Mutant(
        "cache-of-the-future",
        "a value that was written under a clock that is ahead is fresh for ever",
        f"{KIND}/age.py",
        "    if age < -CLOCKS:",
        "    if False:",
        UNIT,
    ),
    Mutant(
        "cache-trusts-a-path",
        "a file that was seen whole is trusted when it has changed",
        f"{KIND}/values.py",
        "        return self._seen.get(pointer.digest) == _mark(state)",
        "        return pointer.digest in self._seen and state is not None",
        # Pages find a flipped bit; a file in its place, with checksums of its own, they do not.
        DAMAGE,
    ),
    Mutant(
        "cache-does-not-compare-pages",
        "checksums of pages are written and not read",
        "peakguard/engines/arrow/pages.py",
        "page_checksum_verification=checked",
        "page_checksum_verification=False",
        DAMAGE,
    ),
    Mutant(
        "cache-writes-no-page-checksums",
        "there is nothing to compare pages with",
        "peakguard/engines/arrow/pages.py",
        "compression=compression, write_page_checksum=True",
        "compression=compression",
        DAMAGE,
    ),
    Mutant(
        "cache-one-and-true",
        "a whole number, a truth and a fraction are one key",
        f"{KIND}/key.py",
        "            return [known.__name__, form(value)]",
        '            return ["x", form(value)]',
        KEYS,
    ),
    Mutant(
        "cache-looks-once",
        "who waited for another calls all the same",
        f"{KIND}/steps.py",
        "        if again.is_answer:\n            return again.outcome()\n",
        "",
        FLIGHT,
    ),
    Mutant(
        "cache-flies-alone",
        "processes do not wait for each other",
        f"{KIND}/flight.py",
        "            lock.acquire()\n",
        "",
        FLIGHT,
    ),
    Mutant(
        "cache-keeps-its-claim",
        "a call that failed keeps the others waiting",
        f"{KIND}/steps.py",
        "    finally:\n        cache.flights.release(name)\n\n\ndef refresh",
        "    finally:\n        pass\n\n\ndef refresh",
        FLIGHT,
    ),
    Mutant(
        "cache-trusts-an-old-verdict",
        "a value is not asked again when its contract has changed",
        f"{KIND}/judging.py",
        "(judged is not None and judged == self.now)",
        "judged is not None",
        UNIT,
    ),
    Mutant(
        "cache-keeps-what-breaks-the-contract",
        "data are kept ahead of the contract",
        f"{KIND}/keeping.py",
        "        try:\n            frame = self.judging.validated(frame)\n        except ContractViolation as error:\n"
        "            return Outcome(error=error)\n",
        "",
        UNIT,
    ),
    Mutant(
        "cache-evicts-what-was-used",
        "the use of a value is not noted",
        f"{KIND}/keeping.py",
        "            touch(self.store.layout.pointer(key))",
        "            pass",
        UNIT,
    ),
    Mutant(
        "cache-lazy-frame-without-a-lease",
        "a lazy frame reads a file that may go",
        f"{KIND}/cache.py",
        "            own = lease(self.store, path, found.value.pointer.digest) if path is not None else None",
        "            own = path",
        UNIT,
    ),
    Mutant(
        "cache-remembers-every-failure",
        "failures that the policy does not name are kept",
        f"{KIND}/keeping.py",
        'not any(is_a(each, type(error)) for each in negative["on"])',
        "False",
        UNIT,
    ),
    Mutant(
        "cache-forgets-what-is-asked",
        "results that were kept under other demands are given",
        f"{KIND}/layer.py",
        "    if not asked:\n",
        "    if True:\n",
        LAYER,
    ),
    Mutant(
        "cache-of-two-functions",
        "functions of one cache share values",
        f"{KIND}/layer.py",
        "{_module(site, function)}:{function.__qualname__}",
        "x",
        LAYER,
    ),
    Mutant(
        "cache-inside-loses-a-parameter",
        "what a layer inside replaces is another variable",
        "peakguard/runtime/guarding/writing.py",
        "    shared = [f\"nonlocal {', '.join(names.written)}\"] if names.written else []",
        "    shared: list[str] = []",
        LAYER,
    ),
]
