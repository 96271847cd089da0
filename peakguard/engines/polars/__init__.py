"""Polars: reads files, aligns frames with the columns of a contract, evaluates generated plans."""
