import registry
import slow
import fast

import peakguard

peakguard.checkpoint("strategies", registry.STRATEGIES)
