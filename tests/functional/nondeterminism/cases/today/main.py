from datetime import date, datetime, timedelta

import peakguard

peakguard.checkpoint("window", [str(date(2026, 1, 1) + timedelta(days=n)) for n in range(3)])
peakguard.checkpoint("days to expiry", (datetime(2030, 1, 1) - datetime.now()).days)
