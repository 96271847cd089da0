"""kind: chaos. Faults that a program is put under on purpose, and what must become of each."""
