"""Whatever bytes a configuration is made of, it is judged, and every finding lies in the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peakguard
from peakguard.kinds.config.runtime import Config
from tests.conformance.test_configs import BROKEN, HERE, SOUND

TEXTS = [path.read_bytes() for path in (*BROKEN, *SOUND)]
PIECES = [b"[", b"]", b"{", b"}", b'"', b"=", b".", b"\n", b"\x00", b"\xff", b"1e999", b"risk", b"[[strategy]]", b":"]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    root = tmp_path_factory.mktemp("bytes")
    (root / "policies").mkdir()
    (root / "policies" / "desk.yaml").write_text((HERE / "desk.yaml").read_text())
    return peakguard.load(root).config("desk")


@given(
    st.sampled_from(TEXTS),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 12), st.sampled_from([b"", *PIECES])), max_size=4),
    st.sampled_from(["toml", "yaml", "json"]),
    st.dictionaries(
        st.sampled_from(["DESK_RISK", "DESK_RISK__POSITIONS", "DESK_STRATEGY__CROSS", "DESK_BACKTEST__LEGS"]),
        st.sampled_from(["", "1", "[", "[{venue: a, weight: 1}]", "a,b", "null"]),
    ),
)
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_judged(
    config: Config, text: bytes, edits: list[tuple[int, int, bytes]], suffix: str, environ: dict[str, str]
) -> None:
    for at, length, piece in edits:
        text = text[:at] + piece + text[at + length :]
    path = Path(config.root) / f"config.{suffix}"
    path.write_bytes(text)
    found = config.examine([path], environ=environ)
    lines = text.count(b"\n") + text.count(b"\r") + 1
    assert all(finding.span.line <= lines for finding in found.findings)
    assert all(finding.message for finding in found.findings)
    if found.is_good:
        config.section_of(found)
