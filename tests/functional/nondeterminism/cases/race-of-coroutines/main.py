import asyncio

import peakguard

quotes = []


async def ask(venue, delay):
    await asyncio.sleep(delay)
    quotes.append(venue)


async def main():
    await asyncio.gather(ask("NYSE", 0.01), ask("IEX", 0.012), ask("BATS", 0.014))


asyncio.run(main())
peakguard.checkpoint("quotes", quotes)
