import asyncio
import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import helper

import peakguard

with peakguard.run() as run:
    run.checkpoint("noise", run.rng("noise").standard_normal(3))
    run.checkpoint("drawn", random.random())
    run.checkpoint("names", sorted(os.listdir("days")))
    run.checkpoint("symbols", sorted({"AAPL", "MSFT", "NVDA"}))
    with ThreadPoolExecutor(4) as pool:
        run.checkpoint("squares", list(pool.map(helper.square, range(6))))
    lock, total = threading.Lock(), []
    threads = [threading.Thread(target=lambda: total.append(1)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.checkpoint("total", sum(total))

    async def main():
        return await asyncio.gather(*(asyncio.sleep(0.01, number) for number in range(3)))

    run.checkpoint("gathered", asyncio.run(main()))
    run.checkpoint("session", datetime.fromtimestamp(1_767_225_600, UTC).isoformat())
