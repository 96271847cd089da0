"""kind: observability. Where events and log records go, what they carry, and what never leaves the program."""
