import threading

import peakguard

fills = []
threads = [threading.Thread(target=fills.append, args=(venue,)) for venue in ("NYSE", "IEX", "BATS")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
peakguard.checkpoint("fills", fills)
