import numpy as np

import peakguard

noise = np.random.default_rng().standard_normal(3)
peakguard.checkpoint("noise", noise)
