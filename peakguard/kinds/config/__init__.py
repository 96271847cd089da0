"""kind: config. What the configuration of a program may say, and a registry that survives reloads."""
