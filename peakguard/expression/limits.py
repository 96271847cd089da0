"""Bounds on one expression. They keep parsing, checking and every back end cheap, whatever is written."""

MAX_LENGTH = 2000
MAX_NODES = 200
MAX_DEPTH = 20
MAX_BRACKETS = 100
"""Inside each other. They add no level to the tree, but Python's parser takes long over many."""
MAX_STRING = 256
MAX_LIST = 1000
MAX_INTEGER = 2**63 - 1
MIN_INTEGER = -(2**63)
MAX_POWER = 8
MAX_ROWS_BACK = 100_000
MAX_WEIGHT = 5000
"""Of what a back end is handed: guards repeat their operands, so nesting them multiplies."""
END_OF_ZONES = 4_102_444_800
"""Second since 1970 (2100-01-01 UTC) from which on calendar functions of a zone but UTC are null: engines carry the
rules of zones no further, and then disagree."""
