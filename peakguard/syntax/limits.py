"""Bounds on policy files, enforced while reading, before any tree exists.

libyaml's composer overflows its stack on 100,000 nested brackets, and `tomllib` needs a minute
for a dotted key of 120 KB; so neither sees a document that is over these bounds.
"""

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 50_000
MAX_KEY_PARTS = 64
MAX_INTEGER = 2**63 - 1
MIN_INTEGER = -(2**63)
