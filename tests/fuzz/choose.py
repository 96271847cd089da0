"""`python -m tests.fuzz.choose`: the seeds of `seeds.txt`, first those that show the rarest codes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.fuzz.trial import run

SEEDS = Path(__file__).with_name("seeds.txt")
SEARCHED = 60_000
KEPT = 200


def main() -> None:
    """Search, choose greedily the seed whose codes are seen least so far, and write."""
    found = {seed: run(seed).codes for seed in range(SEARCHED)}
    rarity = Counter(code for codes in found.values() for code in codes)
    seen: Counter[str] = Counter()
    chosen: list[int] = []
    for code in sorted(rarity, key=lambda each: rarity[each]):
        if not seen[code]:
            best = max((seed for seed, codes in found.items() if code in codes), key=lambda seed: len(found[seed]))
            chosen.append(best)
            seen.update(found[best])
    rest = sorted(set(found) - set(chosen), key=lambda seed: -sum(1 / rarity[code] for code in found[seed]))
    chosen += rest[: KEPT - len(chosen)]
    SEEDS.write_text("\n".join(map(str, sorted(chosen))) + "\n")
    print(f"{len(chosen)} seeds reach {len({code for seed in chosen for code in found[seed]})} codes")


if __name__ == "__main__":
    main()
