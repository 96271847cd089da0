"""A cache as programs use it."""
