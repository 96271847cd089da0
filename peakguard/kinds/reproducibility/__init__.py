"""kind: reproducibility. What a repeatable run seeds, pins and records, and how it is repeated and compared."""
