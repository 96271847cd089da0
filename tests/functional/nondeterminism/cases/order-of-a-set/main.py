import peakguard

symbols = {"AAPL", "MSFT", "NVDA", "AMZN", "META", "TSLA", "GOOG"}
peakguard.checkpoint("universe", sorted(symbols))
peakguard.checkpoint("weights", [(symbol, 1 / (rank + 1)) for rank, symbol in enumerate(symbols)])
