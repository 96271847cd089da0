import multiprocessing

import peakguard


def work(symbol, results):
    results.put((symbol, len(symbol)))


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    workers = [context.Process(target=work, args=(symbol, results)) for symbol in ("AAPL", "F", "MSFT")]
    for worker in workers:
        worker.start()
    found = dict(results.get() for _ in workers)
    for worker in workers:
        worker.join()
    peakguard.checkpoint("sizes", found)
