import os

import peakguard

peakguard.checkpoint("cache key", os.path.join(os.getcwd(), "bars.parquet"))
