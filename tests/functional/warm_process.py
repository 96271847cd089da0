"""A process that has the compiler imported and runs `peakguard` in a fork of itself, one command at a time.

Most of what a short command takes is imports. Requests and answers are lines of JSON on standard input and output.
Nothing may have started a thread before the fork, so Polars, which starts some when it is imported, is not.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]


def load() -> None:
    """Import what a check needs, by checking policies of all kinds."""
    import structlog  # noqa: F401 # what runs a contract needs it as well

    from peakguard.cli import main

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        main(["check", "--root", str(REPOSITORY), "--no-cache"])
    gc.freeze()


def serve() -> None:
    """Answer requests until there are no more; in a child, leave with the exit code of its command."""
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if not child:
            become(request)
        _, status = os.waitpid(child, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)


def become(request: dict[str, Any]) -> None:
    """Turn into a process that a shell has started."""
    os.setsid()
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    reads, writes = os.O_RDONLY, os.O_WRONLY
    for number, (path, flags) in enumerate(
        [(os.devnull, reads), (request["stdout"], writes), (request["stderr"], writes)]
    ):
        opened = os.open(path, flags)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = [request["command"], *request["arguments"]]
    sys.path[0] = str(Path(request["command"]).parent)
    from peakguard.__main__ import run

    run()


if __name__ == "__main__":
    load()
    status = Path("/proc/self/status").read_text()
    assert "Threads:\t1\n" in status, "a library has started threads, which no fork has"
    print("ready", flush=True)
    serve()
