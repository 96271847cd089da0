"""What a log record costs, beside structlog with the same encoder: `python -m tests.benchmarks.logs`.

Every subject writes JSON of the same record, with three ids of its context and a time, to a file. Interleaved rounds,
processor time; ratios are medians of paired rounds over structlog.
"""

from __future__ import annotations

import logging
import os
import statistics
import tempfile
from collections.abc import Callable
from typing import Any

import structlog

import peakguard
from peakguard.kinds.observability.runtime import Observability
from peakguard.runtime.context import current
from tests.benchmarks.timing import per_call

ROUNDS = 61
CALLS = 400
Run = Callable[[], object]
OFF = {"keys": [], "builtin": False, "detectors": [], "environment": False}
ON = {
    "keys": ["*secret*", "*token*", "api_key"],
    "builtin": True,
    "detectors": ["authorization", "aws_key", "jwt", "private_key", "url_userinfo", "vendor_token"],
    "environment": True,
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, peakguard.run("benchmark"):
        off, on = ours(folder, "off", OFF), ours(folder, "on", ON)
        log, redacted = off.logger("app.engine"), on.logger("app.engine")
        peer = theirs(folder)
        subjects: dict[str, Run] = {
            "structlog": lambda: peer.info("order_filled", symbol="AAPL", quantity=100, price=189.5, side="buy"),
            "peakguard, redaction off": lambda: log.info(
                "order_filled", symbol="AAPL", quantity=100, price=189.5, side="buy"
            ),
            "peakguard, redaction on": lambda: redacted.info(
                "order_filled", symbol="AAPL", quantity=100, price=189.5, side="buy"
            ),
            "structlog, filtered": lambda: peer.debug("tick", symbol="AAPL", price=189.5),
            "peakguard, filtered": lambda: log.debug("tick", symbol="AAPL", price=189.5),
            "stdlib, filtered": lambda: logging.getLogger("app").debug("tick"),
        }
        for each in (off, on):
            each.close()
        rounds = []
        for _ in range(ROUNDS):
            found = {}
            for name, run in subjects.items():
                opened = on if name.endswith("on") else off
                opened.open()
                run()
                found[name] = per_call(run, CALLS)
                opened.close()
            rounds.append(found)
    print("| what | best, ns | median, ns | of structlog |\n|---|---|---|---|")
    for name in subjects:
        times = [each[name] for each in rounds]
        ratio = statistics.median(each[name] / each["structlog"] for each in rounds)
        print(f"| {name} | {min(times):,.0f} | {statistics.median(times):,.0f} | {ratio:.2f} × |")


def ours(folder: str, name: str, redact: dict[str, Any]) -> Observability:
    sink = {"to": f"{name}.jsonl", "format": "json", "level": 20, "rotate": 1 << 30, "keep": 1}
    table = {
        "name": name,
        "mode": "enforce",
        "fields": ["run_id", "trace_id", "span_id", "policy_set"],
        "sinks": {"file": sink},
        "levels": {},
        "sample": {},
        "redact": redact,
        "exceptions": {"frames": 50, "locals": False},
        "limits": {"event": 32768, "depth": 6},
    }
    return Observability(table, folder, "0" * 32).open()


def theirs(folder: str) -> Any:
    """structlog as its documentation advises, with the ids bound as context variables."""
    here = current()
    assert here is not None
    structlog.contextvars.bind_contextvars(run_id=here.run_id, trace_id=here.trace_id, span_id=here.span_id)
    file = open(os.path.join(folder, "structlog.jsonl"), "a", buffering=1)  # noqa: SIM115 # for the whole program
    return structlog.wrap_logger(
        structlog.WriteLogger(file),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20),
    ).bind()


if __name__ == "__main__":
    main()
