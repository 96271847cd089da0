import polars as pl

import peakguard

with peakguard.run() as run:
    values = run.rng("values").standard_normal(1_000_000) * 10.0 ** (run.rng("scale").integers(0, 12, 1_000_000))
    groups = run.rng("groups").integers(0, 50, 1_000_000)
    frame = pl.DataFrame({"group": groups, "value": values})
    run.checkpoint("rows", frame.select(pl.len()))
    run.checkpoint("sums", frame.group_by("group").agg(pl.col("value").sum()).sort("group"))
