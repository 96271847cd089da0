"""A process that has the libraries loaded and gives birth to one process for each run of tests.

Most of what a run of a few tests costs is the start of Python and its imports. It knows nothing of the package that is
mutated: that is imported in the child, from the folder that the nursery was started in. Reads one JSON object a line
(`arguments`, `output`, `longest`), answers with one (`code`: the exit code of pytest, None for a run that hung).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from importlib import import_module

LIBRARIES = (
    "pytest", "hypothesis", "hypothesis.extra.pytestplugin", "anyio.pytest_plugin", "asyncio",
    "concurrent.futures.process", "numpy", "pandas", "polars", "pyarrow", "pyarrow.parquet", "duckdb", "sqlglot",
    "pydantic", "yaml", "jsonschema", "tenacity", "structlog", "filelock",
)  # fmt: skip # a line each would be longer


def main() -> None:
    """Serve until the input ends."""
    for name in LIBRARIES:
        with suppress(ImportError):
            import_module(name)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps({"code": _run(request)}), flush=True)


def _run(request: dict[str, object]) -> int | None:
    child = os.fork()
    if not child:
        _be_born(request)
    ends = time.monotonic() + float(str(request["longest"]))
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _be_born(request: dict[str, object]) -> None:
    os.setsid()
    output = os.open(str(request["output"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(ours, theirs)
    arguments = request["arguments"]
    assert isinstance(arguments, list)
    sys.argv = ["pytest", *arguments]
    code = 70
    try:
        import pytest

        code = int(pytest.main(arguments))
    except BaseException:  # noqa: BLE001 # told, and the process ends
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
