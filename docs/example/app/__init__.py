"""A small trading program: bars from an exchange, a moving-average backtest on them, a report."""
