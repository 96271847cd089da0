"""What guards cost: a program with and without them, measured in turns, with a control and a plant in the same run.

For programs of users: `from peakguard.api.overhead.measure import measure`, which docs/gate.md shows.
"""
