import peakguard

with peakguard.run() as run:
    left, right = (run.rng(name).standard_normal(3_000_001) * 1e6 for name in ("left", "right"))
    run.checkpoint("exposure", float(left @ right))
