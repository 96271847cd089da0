"""Runs the cases of `kind: test`, each on every back end there is for it, and counts which rules they have shown."""
