"""What never leaves the program: values by their key, by their form, and by being known.

Most records hold nothing to strike out. So a written line is first searched for the literal parts of all patterns,
in lower case and without _ and -, which costs about a microsecond; only where one occurs is the record looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from json import dumps
from typing import Any

from peakguard.runtime.secret_forms import BUILT_IN_KEYS, DETECTORS, STRUCK, of_globs, squeezed
from peakguard.runtime.secrets import SHORTEST, remembered

_HEADERS = re.compile(
    r"(?i)\b(proxy-authorization|authorization|set-cookie|cookie)\b([\"']?[ \t]*[:=][ \t]*[\"']?)([^\r\n\"']+)"
)
_NAMED = re.compile(
    r"(?<![A-Za-z0-9_-])([A-Za-z][A-Za-z0-9_-]*)(?:\\?[\"'])?[ \t]*(?:=>|:=|[:=])[ \t]*(?:[bruf](?=[\"']))?"
)
_VALUE = re.compile(
    r"\\\"(?:[^\"\\]|\\[^\"])*(?:\\\"|$)|\"(?:[^\"\\]|\\.)*(?:\"|$)|'(?:[^'\\]|\\.)*(?:'|$)|[\[({][^\])}]*|[^\s,;&\"'}\])]+"
)
_OPTION = re.compile(r"(?<!\S)--?([A-Za-z][A-Za-z0-9-]*)([ \t]+|=)(\S+)")


_NO_SECRETS = ("PWD", "OLDPWD")
"""Variables of the environment whose names look like a password's and are folders."""


class Redaction:
    """Strikes secrets out of texts and of values made of tables and lists. Safe to use from any thread."""

    def __init__(self, settings: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> None:
        patterns = [*settings["keys"], *(BUILT_IN_KEYS if settings["builtin"] else ())]
        self._key = of_globs(map(squeezed, patterns))
        self._detectors = [DETECTORS[name] for name in settings["detectors"]]
        self._own = frozenset(
            value
            for name, value in environment.items()
            if settings["environment"] and len(value) >= SHORTEST and name not in _NO_SECRETS and self.is_secret(name)
        )
        self._is_on = bool(patterns or self._detectors or self._own)
        self._fixed = list({_core(pattern) for pattern in patterns} | {c for d in self._detectors for c in d.cores})
        self._seen: frozenset[str] = frozenset()
        self._know(remembered())

    def may_hold_secret(self, text: str) -> bool:
        """Whether a written text may hold something to strike out; False is certain."""
        known = remembered()
        if known is not self._seen:
            self._know(known)
        if not self._is_on and not known:
            return False
        low = squeezed(text)
        for core in self._cores:  # noqa: SIM110 # any() would take twice the time
            if core in low:
                return True
        return False

    def is_secret(self, key: str) -> bool:
        """Whether what stands under a key is struck out."""
        return self._key is not None and self._key(squeezed(key)) is not None

    def value(self, value: Any) -> Any:
        """A JSON value without its secrets."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {
                self.text(key): STRUCK if self.is_secret(key) and each is not None else self.value(each)
                for key, each in value.items()
            }
        if isinstance(value, list):
            return [self.value(each) for each in value]
        return value

    def text(self, text: str) -> str:
        """A text without its secrets."""
        for each in self._struck:
            text = text.replace(each, STRUCK)
        for detector in self._detectors:
            text = detector.strike(text)
        if self._key is not None:
            text = _HEADERS.sub(self._under_key, text)
            text = _OPTION.sub(self._under_key, text)
            text = self._without_pairs(text)
        return text

    def _without_pairs(self, text: str) -> str:
        """`name=value`, `name: value`, `'name': 'value'`: every name is looked at, also one in the value of another."""
        kept, end = [], 0
        for named in _NAMED.finditer(text):
            value = _VALUE.match(text, named.end())
            if named.start() >= end and value is not None and self.is_secret(named[1]):
                quote = value[0][0] if value[0][0] in "\"'" else ""
                kept += [text[end : named.end()], quote, STRUCK, quote if value[0].endswith(quote) else ""]
                end = value.end()
        return "".join([*kept, text[end:]])

    def _under_key(self, match: re.Match[str]) -> str:
        if not self.is_secret(match[1]):
            return match[0]
        return f"{match[0][: match.start(3) - match.start()]}{STRUCK}"

    def _know(self, known: frozenset[str]) -> None:
        """Longer values first, for one may hold another."""
        self._struck = sorted(self._own | known, key=len, reverse=True)
        cores = [*self._fixed, *(squeezed(dumps(each, ensure_ascii=False)[1:-1]) for each in self._struck)]
        self._cores = [core for core in cores if not any(other in core for other in cores if other != core)]
        self._seen = known


def _core(pattern: str) -> str:
    """The longest literal part of a pattern, which every key that matches it holds."""
    return max(map(squeezed, pattern.split("*")), key=len)
