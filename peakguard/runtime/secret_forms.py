"""How secrets are known: by the name that they stand under, and by their form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

STRUCK = "[redacted]"
BUILT_IN_KEYS = (
    "*secret*", "*passw*", "*passphrase*", "*token*", "*credential*", "*apikey*", "*privatekey*", "*accesskey*",
    "*authorization*", "*cookie*", "*pwd", "*sessionid*", "*signature*",
)  # fmt: skip # one pattern a line would be a page of its own


class Detector:
    """Secrets of one form: literal parts of every text that holds one, and what to strike out."""

    def __init__(self, cores: tuple[str, ...], pattern: str, kept: str = "") -> None:
        self.cores = cores
        self._pattern = re.compile(pattern)
        self._kept = kept + STRUCK

    def strike(self, text: str) -> str:
        """A text without its secrets of this form."""
        return self._pattern.sub(self._kept, text)


DETECTORS = {
    "authorization": Detector(("bearer", "basic", "digest"), r"(?i)\b(bearer|basic|digest)[ ]+[\w.~+/=-]{6,}", r"\1 "),
    "aws_key": Detector(("akia", "asia"), r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}"),
    "jwt": Detector(("eyj",), r"\beyJ[\w-]{6,}(?:\.[\w-]+){0,2}"),
    "private_key": Detector(
        ("private key",), r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    ),
    "url_userinfo": Detector(("://",), r"(?<=://)[^\s/?#\"']+(?=@)"),
    "vendor_token": Detector(
        ("ghp", "gho", "ghu", "ghs", "ghr", "githubpat", "xox", "sklive", "sktest", "rklive", "aiza", "glpat"),
        r"\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abeoprs]-[\w-]{10,}|[sr]k_(?:live|test)_\w{10,}"
        r"|AIza[\w-]{30,}|glpat-[\w-]{16,})",
    ),
}


def squeezed(text: str) -> str:
    """A key or a line in the form in which they are compared."""
    return text.lower().replace("_", "").replace("-", "")


def of_globs(patterns: Iterable[str]) -> Callable[[str], re.Match[str] | None] | None:
    """Whether a squeezed key is like one of some patterns, in which `*` stands for any text; None without patterns."""
    parts = [".*".join(map(re.escape, pattern.split("*"))) for pattern in patterns]
    return re.compile("|".join(parts), re.DOTALL).fullmatch if parts else None
