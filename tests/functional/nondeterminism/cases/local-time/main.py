from datetime import datetime

import peakguard

peakguard.checkpoint("session", datetime.fromtimestamp(1_767_225_600).isoformat())
