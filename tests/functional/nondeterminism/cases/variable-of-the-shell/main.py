import os

import peakguard

peakguard.checkpoint("desk", os.environ.get("TRADING_DESK", "none"))
