"""A local exchange that serves the real daily bars of the S&P 500, and that can be told to misbehave.

`python -m app.exchange 8080` serves well; `python -m app.exchange 8080 frozen` has one fault.
"""

from __future__ import annotations

import csv
import json
import sys
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.faults import CORRUPT, FAILING, PASSING, Bars

DATA = Path(__file__).parents[1] / "data" / "sp500.csv"


def real_bars(path: Path = DATA) -> Bars:
    """Every bar as `[milliseconds, open, high, low, close, volume]`."""
    with path.open(newline="") as file:
        return [
            [milliseconds(row["Date"]), *(float(row[name]) for name in ("Open", "High", "Low", "Close", "Volume"))]
            for row in csv.DictReader(file)
        ]


def milliseconds(day: str) -> int:
    """The start of an American date in UTC."""
    return int(datetime.strptime(day, "%m/%d/%Y").replace(tzinfo=UTC).timestamp() * 1000)


class Exchange(ThreadingHTTPServer):
    """The server; `fault` names what is wrong with it, and `requests` counts what it was asked."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Answer)
        self.bars = real_bars()
        self.served = self.bars
        self.fault = ""
        self.requests = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def break_by(self, fault: str) -> None:
        """Have one fault from now on, or none for an empty name."""
        corrupt = CORRUPT.get(fault)
        self.served = corrupt([list(bar) for bar in self.bars]) if corrupt else self.bars
        self.fault, self.requests = fault, 0

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answer(BaseHTTPRequestHandler):
    """`GET /bars?symbol=SPX&since=0&limit=1000`."""

    server: Exchange

    def do_GET(self) -> None:
        """One page of bars, unless the fault of the server says otherwise."""
        self.server.requests += 1
        fail = FAILING.get(self.server.fault) if self.server.requests > 2 else None
        if self.server.requests in (3, 4):
            fail = fail or PASSING.get(self.server.fault)
        if fail is None:
            self.send(self.page())
        else:
            fail(self, self.page())

    def page(self) -> str:
        """The page that is asked for; `since` counts bars."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        since, limit = int(query["since"]), int(query["limit"])
        bars = self.server.served[since : since + limit]
        following = since + limit if since + limit < len(self.server.served) else None
        return json.dumps({"symbol": query["symbol"], "bars": bars, "next": following})

    def send(self, text: str) -> None:
        """An answer as JSON."""
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the program's own output is what is looked at."""


if __name__ == "__main__":
    server = Exchange(int(sys.argv[1]))
    server.break_by(sys.argv[2] if len(sys.argv) > 2 else "")
    print(server.url, flush=True)
    server.serve_forever()
