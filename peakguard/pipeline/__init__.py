"""The stages in order: read, parse, decode, resolve, check, compile."""
