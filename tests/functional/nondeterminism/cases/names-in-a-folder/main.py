import os

import peakguard

total = 0.0
for name in os.listdir("days"):
    total = total * 0.9 + float(open(os.path.join("days", name)).read())
peakguard.checkpoint("total", total)
