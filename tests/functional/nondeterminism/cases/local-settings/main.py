import locale

import peakguard

peakguard.checkpoint("separator", locale.setlocale(locale.LC_ALL, ""))
