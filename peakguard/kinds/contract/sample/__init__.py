"""Rows that satisfy a contract, or break exactly one of its rules: constructed, repaired, and always judged.

`layout` places rows in groups and in time, `values` draws cells, `aim` changes a cell so that an expression gets
the value it should have, `walk` repairs a row with it, `whole` repairs what is asked of all rows together, `breaking`
turns one rule against its data. The reference interpreter of expressions judges every step.
"""
