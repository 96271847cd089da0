from concurrent.futures import ThreadPoolExecutor

import peakguard

filled = []
with ThreadPoolExecutor(4) as pool:
    for venue in ("NYSE", "IEX", "BATS", "ARCA"):
        pool.submit(filled.append, venue)
peakguard.checkpoint("filled", filled)
