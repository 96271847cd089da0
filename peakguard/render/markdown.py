"""Text that is safe inside Markdown."""

import re

_SPECIAL = re.compile(r"([\\`*_\[\]<>#])")


def inline(text: str) -> str:
    """Plain words in a paragraph or heading; code in backticks stays code."""
    pieces = re.split(r"(`[^`\n]*`)", text)
    return "".join(piece if piece.startswith("`") and len(piece) > 1 else _escape(piece) for piece in pieces)


def cell(text: str) -> str:
    """Words inside a table cell."""
    return inline(text).replace("|", r"\|").replace("\n", " ")


def code(text: str) -> str:
    """A piece of code in a line, whatever backticks it holds."""
    runs = [len(run) for run in re.findall(r"`+", text)]
    fence = "`" * (max(runs, default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def block(text: str, language: str = "") -> str:
    """A fenced block, whatever fences it holds."""
    runs = [len(run) for run in re.findall(r"`{3,}", text)]
    fence = "`" * max(3, max(runs, default=0) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def anchor(code_text: str) -> str:
    """The anchor of a heading that is a code alone, as GitHub makes it."""
    return code_text.lower()


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
