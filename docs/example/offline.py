"""`python offline.py app REPORT`: the program, or its sweep (`app.sweep`), beside an exchange of its own.

It needs nothing that runs already, so that it can be run again and again.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from app.exchange import Exchange

if __name__ == "__main__":
    exchange = Exchange()
    exchange.start()
    module, report = sys.argv[1:]
    program = import_module("app.__main__" if module == "app" else module)
    program.main(str(Path(__file__).parent / "config.toml"), exchange.url, report)
