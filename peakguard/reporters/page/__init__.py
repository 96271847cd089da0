"""The report of `peakguard validate --html`: one page that needs nothing but itself."""
