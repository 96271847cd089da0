import random

import peakguard

generator = random.Random()
peakguard.checkpoint("sample", generator.sample(range(1000), 5))
