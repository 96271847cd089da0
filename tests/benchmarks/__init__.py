"""Measurements, each side by side with what it is compared to. Run by `make bench`; never part of a verdict."""
