"""Markdown of our own making as text for a terminal."""

import re

_TABLE_RULE = re.compile(r"^\|[-| ]+\|$")
_EMPTY_HEADER = re.compile(r"^\|(?: +\|)+$")


def plain(markdown: str) -> str:
    """The text without marks; tables become aligned columns. Ends with a line break."""
    lines: list[str] = []
    table: list[list[str]] = []
    is_code = False
    for line in [*markdown.splitlines(), ""]:
        if line.startswith("```"):
            is_code = not is_code
            continue
        if line.startswith("|") and not is_code:
            if not _TABLE_RULE.match(line) and not _EMPTY_HEADER.match(line):
                table.append([_unmarked(cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
            continue
        if table:
            lines += _aligned(table)
            table = []
        lines.append(f"    {line}" if is_code else _unmarked(line))
    return "\n".join(lines).rstrip() + "\n"


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _unmarked(line: str) -> str:
    line = re.sub(r"^#+ ", "", line)
    line = re.sub(r"\[([^\]]+)\]\(#[^)]*\)", r"\1", line)
    line = line.replace("**", "")
    pieces = re.split(r"(`[^`]*`)", line)
    return "".join(piece if piece.startswith("`") else re.sub(r"\\(.)", r"\1", piece) for piece in pieces)
