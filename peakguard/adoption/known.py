"""Calls by which data come into a program and leave it, by the names that their libraries give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Sort = Literal["reader", "network", "writer", "silence"]

PATTERNS: Mapping[Sort, tuple[str, ...]] = {
    "reader": (
        "pandas.read_*", "polars.read_*", "polars.scan_*", "pyarrow.*.read_*", "pyarrow.*.open_*", "numpy.load",
        "numpy.loadtxt", "numpy.genfromtxt", "json.load", "csv.reader", "csv.DictReader", "tomllib.load", "pickle.load",
        "joblib.load", "yaml.safe_load", "yaml.load", "sqlite3.connect", "duckdb.connect", "duckdb.read_*",
        "sqlalchemy.create_engine", "psycopg.connect", "psycopg2.connect", "h5py.File", "xarray.open_*",
    ),
    "network": (
        "urllib.request.urlopen", "urllib.request.urlretrieve", "requests.*", "requests.Session.*", "httpx.*",
        "httpx.Client.*", "httpx.AsyncClient.*", "aiohttp.ClientSession.*",
        "aiohttp.request", "urllib3.request", "urllib3.PoolManager.*", "socket.create_connection", "websockets.connect",
        "websocket.create_connection", "yfinance.*", "ccxt.*.*", "boto3.client", "boto3.resource", "ftplib.FTP",
        "smtplib.SMTP", "redis.Redis.*", "http.client.*.request",
    ),
    "writer": (
        "pickle.dump", "joblib.dump", "numpy.save", "numpy.savetxt", "numpy.savez", "shutil.copy*", "shutil.move",
        "pyarrow.*.write_*",
    ),
}  # fmt: skip # a page of lines otherwise
"""Dotted names; `*` stands for one part, or for the rest of one."""

METHODS: Mapping[str, Sort] = {
    **dict.fromkeys(
        (
            "to_csv", "to_parquet", "to_feather", "to_json", "to_excel", "to_hdf", "to_pickle", "to_sql", "write_csv",
            "write_parquet", "write_ipc", "write_ndjson", "write_database", "sink_parquet", "sink_csv", "write_text",
            "write_bytes",
        ),
        "writer",
    ),
    **dict.fromkeys(("read_text", "read_bytes"), "reader"),
    **dict.fromkeys(
        (
            "fetch_ohlcv", "fetch_ticker", "fetch_tickers", "fetch_order_book", "fetch_trades", "fetch_balance",
            "fetch_my_trades", "fetch_open_orders", "create_order", "cancel_order", "load_markets",
        ),
        "network",
    ),
}  # fmt: skip # likewise
"""Methods that tell what they do whatever they are called on."""

QUIET = (
    "requests.exceptions.*", "requests.Session", "requests.Request", "httpx.Client", "httpx.AsyncClient",
    "httpx.Timeout", "httpx.Limits", "httpx.URL", "httpx.Request", "httpx.Response", "httpx.HTTPTransport",
    "httpx.MockTransport", "httpx.BasicAuth", "requests.adapters.*",
)  # fmt: skip # likewise
"""Names that the patterns cover and that reach nothing yet."""
