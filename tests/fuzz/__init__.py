"""A grammar-based fuzz of the whole of `check`; see docs/fuzzing.md."""
