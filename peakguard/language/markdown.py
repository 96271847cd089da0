"""Text that is safe inside Markdown."""

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]<>#])")
# Only lone backticks make code: runs of them would need a partner of the same length, and without one they are text.
_CODE = re.compile(r"((?<!`)`(?!`)[^`\n]+(?<!`)`(?!`))")
_BAR = re.compile(r"(?<!\\)((?:\\\\)*)\|")


def inline(text: str) -> str:
    """Plain words in a paragraph or heading; code in backticks stays code."""
    pieces = _CODE.split(text)
    return "".join(piece if index % 2 else _escape(piece) for index, piece in enumerate(pieces))


def words(text: str) -> str:
    """The same of a text that may hold line breaks, in one line."""
    return inline(" ".join(text.split()))


def cell(text: str) -> str:
    """Words inside a table cell."""
    return inline(text).replace("|", r"\|").replace("\n", " ")


def code(text: str) -> str:
    """A piece of code in a line, whatever backticks and line breaks it holds."""
    text = " ".join(text.splitlines())
    runs = [len(run) for run in re.findall(r"`+", text)]
    fence = "`" * (max(runs, default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def block(text: str, language: str = "") -> str:
    """A fenced block, whatever fences it holds."""
    runs = [len(run) for run in re.findall(r"`{3,}", text)]
    fence = "`" * max(3, max(runs, default=0) + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; a bar inside a cell does not end it."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for row in rows:
        cells = (_BAR.sub(r"\1\\|", each.replace("\n", " ")) for each in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def bullets(items: Iterable[str]) -> str:
    """A list of items that are Markdown already."""
    return "\n".join(f"- {item}" for item in items)


def anchor(code_text: str) -> str:
    """The anchor of a heading that is a code alone, as GitHub makes it."""
    return code_text.lower()


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
