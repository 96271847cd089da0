"""Tests of policies: rows, steps, scripts, configurations and errors, with what should become of them."""
