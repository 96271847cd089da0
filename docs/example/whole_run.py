"""`python whole_run.py REPORT`: the program beside an exchange of its own, from the first page to the report.

What the gate of this repository repeats and measures.
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.__main__ import main as run
from app.exchange import Exchange

HERE = Path(__file__).resolve().parent


def main(report: str) -> None:
    """One run, with nothing wrong."""
    exchange = Exchange()
    exchange.start()
    try:
        run(str(HERE / "config.toml"), exchange.url, report)
    finally:
        exchange.shutdown()
        exchange.server_close()


if __name__ == "__main__":
    main(sys.argv[1])
