"""Running a gate: each check is a file in `checks`, with a function `check` that gives one outcome."""
