"""What guarded errors do not name, and why: anything else that is missing is a fault of ours."""

from __future__ import annotations

MISSING: dict[str, tuple[frozenset[str], str]] = {
    "exchange-frozen": (
        frozenset({"value"}),
        "a rule on the data as a whole says that it does not hold, and not the share that it measured",
    ),
    "exchange-garbled": (
        frozenset({"value"}),
        "what the provider sent is held by the exception of the JSON library, which does not show it",
    ),
    "settings-open": (
        frozenset({"value"}),
        "a text that does not end has no value; `peakguard validate` shows its line, the exception its place",
    ),
    "settings-table": (
        frozenset({"place", "hint"}),
        "TOML puts the keys after `[risk]` into that table: they are told as missing, `risk` as unknown, at its name",
    ),
}
