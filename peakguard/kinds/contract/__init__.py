"""kind: contract. What a table of data must be."""
