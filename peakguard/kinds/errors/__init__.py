"""kind: errors. The catalog of error codes."""
