import peakguard

buckets = [hash(symbol) % 7 for symbol in ("AAPL", "MSFT", "NVDA", "AMZN")]
peakguard.checkpoint("buckets", buckets)
