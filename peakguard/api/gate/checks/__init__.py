"""The checks of a gate. The name of a check is that of its file."""
