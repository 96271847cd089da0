"""`python -m peakguard.api.examining ROOT RESULT`: imports a program's modules in a process of its own.

RESULT is the file that what is found out is written to, as JSON: the program may print, and end the process.
"""

from __future__ import annotations

import json
import os
import sys


def main(root: str, result: str) -> None:
    """Examine and leave at once, whatever threads the program has started."""
    from peakguard.api.policies import load
    from peakguard.kinds.bindings.examine import examine
    from peakguard.kinds.chaos.examine import examine as examine_faults

    policies = load(root)
    found = examine(policies) + examine_faults(policies)
    with open(result, "w", encoding="utf-8") as file:
        json.dump(found, file)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
