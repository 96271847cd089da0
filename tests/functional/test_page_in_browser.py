"""The page of `peakguard validate --html` in a real browser: it runs nothing, asks for nothing, and fits."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import escape
from pathlib import Path

import pytest

from tests.functional.conftest import Project, Run
from tests.functional.test_validate import CSV
from tests.functional.test_validate_reports import FILES

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed; `make browser` installs it")

# Everything off by which a browser itself would ask for something.
_QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip # a list of switches


def browse(page: Path, *switches: str) -> subprocess.CompletedProcess[str]:
    """Load a page with a profile of its own; the console comes on stderr."""
    profile = page.parent / "profile"
    assert BROWSER is not None
    command = [BROWSER, *_QUIET, f"--user-data-dir={profile}", "--enable-logging=stderr", *switches, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)


@pytest.fixture
def page(peakguard: Run, project: Project) -> Path:
    """A page about hostile data."""
    policy = str(FILES["contracts/bars.yaml"]).replace("matches: '[A-Z]+'", "min_length: 9")
    data = CSV.replace("AA", "<img src=https://example.org/x onerror=alert(1)><script>document.title = 1</script>")
    root = project({**FILES, "contracts/bars.yaml": policy, "bars.csv": data})
    peakguard("validate", "bars", "bars.csv", "good.csv", "--html", "report.html", cwd=root)
    return root / "report.html"


def test_the_page_runs_nothing_and_asks_for_nothing(page: Path) -> None:
    log = page.parent / "net.json"
    result = browse(page, "--dump-dom", f"--log-net-log={log}")
    assert "CONSOLE" not in result.stderr
    assert requested(log) == set()
    assert "<title>FAIL: bars 1.0.0</title>" in result.stdout
    for fact in ("<svg", '<li class="rule"', "<article", '<path class="dot error"', "<td"):
        assert result.stdout.count(fact) == page.read_text().count(fact) > 0, fact
    for fact in ("<script", "<img"):
        assert fact not in result.stdout
    # A browser closes and adds what does not fit together; that the text is what was written shows it fits.
    body = re.search(r"<main.*</main>", page.read_text(), re.DOTALL)
    assert body is not None
    shown = re.search(r"<main.*</main>", result.stdout, re.DOTALL)
    assert shown is not None
    assert re.sub(r"<[^>]*>", "", shown[0]) == re.sub(r"<[^>]*>", "", body[0]).replace("&quot;", '"').replace(
        "&#x27;", "'"
    )


def test_the_test_above_would_see_an_error_and_a_request(page: Path) -> None:
    log = page.parent / "net.json"
    text = page.read_text().replace("</main>", "<img src='https://example.org/x.png'></main>")
    page.write_text(text)
    assert "CONSOLE" in browse(page, "--dump-dom").stderr
    page.write_text(re.sub("<meta http-equiv[^>]*>", "", text))
    browse(page, "--dump-dom", f"--log-net-log={log}")
    assert requested(log) == {"https://example.org/x.png"}


def requested(log: Path) -> set[str]:
    """What was asked for from the net, but for what the browser asks its makers."""
    urls = re.findall(r'"url":"(https?://[^"]*)"', log.read_text())
    return {url for url in urls if not re.match(r"https?://[\w.-]*\b(google|googleapis|gvt1|gstatic)\.com/", url)}


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_sticks_out_of_the_page(page: Path, width: int) -> None:
    """Measured in a frame, for a headless window is never as narrow as a phone."""
    text = re.sub("<meta http-equiv[^>]*>", "", page.read_text())
    script = "<script>addEventListener('message', event => document.title = event.data)</script>"
    inside = "<script>parent.postMessage(document.documentElement.scrollWidth, '*')</script></main>"
    frame = f'<iframe width="{width}" height="900" srcdoc="{escape(text.replace("</main>", inside))}"></iframe>'
    page.write_text(f"<!doctype html><title>none</title>{script}{frame}")
    found = re.search(r"<title>(.*?)</title>", browse(page, "--dump-dom").stdout)
    assert found is not None
    assert width - 20 <= int(found[1]) <= width
