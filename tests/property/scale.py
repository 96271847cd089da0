"""How much is drawn: what a suite of minutes has time for, times PEAKGUARD_AGREEMENT, which `make test-all` sets."""

import os

SCALE = int(os.environ.get("PEAKGUARD_AGREEMENT", "1"))
