"""A policy ahead of the outage: the wrapper that will run, on a clock that costs nothing, beside a script."""
