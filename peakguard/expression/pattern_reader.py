"""Reads a pattern by recursive descent and writes it out again in the part of the syntax that all engines share."""

from __future__ import annotations

import re

MAX_SIZE = 1000
MAX_PATTERN = 1000
MAX_NESTING = 20

_CLASSES = {
    "d": "0-9",
    "w": "0-9A-Za-z_",
    "s": "\\t\\n\\x0b\\x0c\\r ",
}
_CONTROLS = {"t": "\\t", "n": "\\n", "r": "\\r", "f": "\\x0c", "v": "\\x0b"}
_SPECIAL = frozenset("\\.+*?()|[]{}^$#&-~")
_REPEAT = re.compile(r"\{([0-9]{1,5})(?:(,)([0-9]{0,5}))?\}")
_GROUPS = {
    "(?=": "look-ahead is not linear in time",
    "(?!": "look-ahead is not linear in time",
    "(?<=": "look-behind is not linear in time",
    "(?<!": "look-behind is not linear in time",
    "(?P=": "back-references are not linear in time",
    "(?P<": "a group has no name here, as nothing reads it",
    "(?<": "a group has no name here, as nothing reads it",
    "(?>": "atomic groups exist in some engines only",
    "(?(": "conditional groups exist in some engines only",
    "(?#": "comments exist in some engines only",
}
_ESCAPES = {
    "A": "the pattern already matches the whole value",
    "Z": "the pattern already matches the whole value",
    "z": "the pattern already matches the whole value",
    "b": "word boundaries differ between engines",
    "B": "word boundaries differ between engines",
    "p": "Unicode classes exist in some engines only",
    "P": "Unicode classes exist in some engines only",
}
_ANCHOR = "the pattern already matches the whole value"


class Refusal(ValueError):
    """A piece of a pattern that is not portable."""

    def __init__(self, start: int, end: int, reason: str) -> None:
        super().__init__(reason)
        self.start = start
        self.end = end
        self.reason = reason


class Reader:
    """One pass over a pattern; `read` gives the portable text or raises Refusal."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._nesting = 0

    def read(self) -> str:
        """The whole pattern, written out portably."""
        if len(self._text) > MAX_PATTERN:
            raise Refusal(MAX_PATTERN, len(self._text), f"a pattern has at most {MAX_PATTERN} characters")
        written, _ = self._alternatives()
        if self._at < len(self._text):
            raise Refusal(self._at, self._at + 1, "there is no group to close")
        return written

    def _alternatives(self) -> tuple[str, int]:
        """Alternatives up to `)` or the end, and how many characters they come to with repeats written out."""
        branches: list[str] = []
        size = 0
        pieces: list[str] = []
        while self._at < len(self._text) and self._peek() != ")":
            if self._peek() == "|":
                branches.append("".join(pieces))
                pieces = []
                self._at += 1
                continue
            start = self._at
            written, longer = self._repeated()
            pieces.append(written)
            size += longer
            if size > MAX_SIZE:
                raise Refusal(start, self._at, f"with repeats written out it has more than {MAX_SIZE} characters")
        branches.append("".join(pieces))
        return "|".join(branches), max(size, 1)

    def _repeated(self) -> tuple[str, int]:
        atom, inner = self._atom()
        quantifier, times = self._quantifier()
        if not quantifier:
            return atom, inner
        if self._at < len(self._text) and self._peek() in "*+?{":
            reason = "possessive repeats exist in some engines only" if self._peek() == "+" else "a repeat is repeated"
            raise Refusal(self._at, self._at + 1, reason)
        return atom + quantifier, inner * times

    def _quantifier(self) -> tuple[str, int]:
        if self._at == len(self._text):
            return "", 1
        character = self._peek()
        if character in "*+?":
            self._at += 1
            return character + self._lazy(), 1
        if character != "{":
            return "", 1
        match = _REPEAT.match(self._text, self._at)
        if match is None:
            raise Refusal(self._at, self._at + 1, "write {n}, {n,} or {n,m}, or \\{ for a brace")
        least, most = int(match[1]), int(match[3] or match[1])
        if most < least:
            raise Refusal(*match.span(), "the upper bound is below the lower")
        self._at = match.end()
        return match[0] + self._lazy(), max(most, 1)

    def _lazy(self) -> str:
        # Lazy or greedy is the same question when the whole value has to match.
        if self._text.startswith("?", self._at):
            self._at += 1
        return ""

    def _atom(self) -> tuple[str, int]:
        character = self._peek()
        if character == "(":
            return self._group()
        if character == "[":
            return self._set(), 1
        if character == "\\":
            return self._escape(), 1
        self._at += 1
        if character == ".":
            return "[^\\n]", 1
        if character in "^$":
            raise Refusal(self._at - 1, self._at, _ANCHOR)
        if character in "*+?{":
            raise Refusal(self._at - 1, self._at, "there is nothing to repeat")
        if character in "]}":
            raise Refusal(self._at - 1, self._at, f"write \\{character} for the character itself")
        return _plain(character), 1

    def _group(self) -> tuple[str, int]:
        start = self._at
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise Refusal(start, start + 1, f"groups are nested more than {MAX_NESTING} deep")
        if self._text.startswith("(?", start) and not self._text.startswith("(?:", start):
            raise _special_group(self._text, start)
        self._at += 3 if self._text.startswith("(?:", start) else 1
        written, size = self._alternatives()
        if self._at == len(self._text):
            raise Refusal(start, start + 1, "the group is not closed")
        self._at += 1
        self._nesting -= 1
        return f"(?:{written})", size

    def _escape(self) -> str:
        kind, written = self._escaped()
        if kind == "class":
            return f"[{written}]"
        return f"[^{written}]" if kind == "complement" else written

    def _escaped(self) -> tuple[str, str]:
        """An escape as a class, the complement of one, or a single character."""
        start = self._at
        if start + 1 == len(self._text):
            raise Refusal(start, start + 1, "nothing follows the backslash")
        letter = self._text[start + 1]
        self._at += 2
        if letter in _CLASSES:
            return "class", _CLASSES[letter]
        if letter.lower() in _CLASSES:
            return "complement", _CLASSES[letter.lower()]
        if letter in _CONTROLS:
            return "character", _CONTROLS[letter]
        if letter.isdigit():
            raise Refusal(start, self._at, "back-references are not linear in time")
        if letter.isalpha() or not letter.isascii() or not letter.isprintable():
            raise Refusal(start, self._at, _ESCAPES.get(letter, "engines read this escape differently"))
        return "character", _plain(letter)

    def _set(self) -> str:
        start = self._at
        self._at += 1
        negation = "^" if self._text.startswith("^", self._at) else ""
        self._at += len(negation)
        members: list[str] = []
        while True:
            if self._at == len(self._text):
                raise Refusal(start, start + 1, "the set is not closed")
            if self._peek() == "]":
                break
            members.append(self._member())
        self._at += 1
        if not members:
            raise Refusal(start, self._at, "the set is empty")
        return f"[{negation}{''.join(members)}]"

    def _member(self) -> str:
        start = self._at
        kind, low = self._set_character()
        is_range = self._text.startswith("-", self._at) and not self._text.startswith("-]", self._at)
        if kind == "class" or not is_range:
            if is_range and kind == "class":
                raise Refusal(start, self._at + 1, "a range begins with a character; write \\- for a hyphen")
            return low
        self._at += 1
        if self._at == len(self._text):
            raise Refusal(start, self._at, "the range has no end")
        kind, high = self._set_character()
        if kind == "class":
            raise Refusal(start, self._at, "a range ends with a character")
        if _code_point(low) > _code_point(high):
            raise Refusal(start, self._at, "the range is in the wrong order")
        return f"{low}-{high}"

    def _set_character(self) -> tuple[str, str]:
        start = self._at
        character = self._peek()
        if character == "\\":
            kind, written = self._escaped()
            if kind == "complement":
                raise Refusal(start, self._at, "a complement inside a set means different things to engines")
            return kind, written
        if character == "[":
            raise Refusal(start, start + 1, "sets nest in some engines only; write \\[ for a bracket")
        if character in "&~|-" and self._text.startswith(character * 2, start):
            raise Refusal(start, start + 2, "set operations exist in some engines only")
        self._at += 1
        return "character", _plain(character)

    def _peek(self) -> str:
        return self._text[self._at]


def _plain(character: str) -> str:
    if character in _SPECIAL:
        return "\\" + character
    if character.isprintable() or character > "~":
        return character
    return f"\\x{ord(character):02x}"


def _code_point(written: str) -> int:
    if written.startswith("\\x"):
        return int(written[-2:], 16)
    if len(written) == 2:
        return ord({"t": "\t", "n": "\n", "r": "\r"}.get(written[1], written[1]))
    return ord(written)


def _special_group(text: str, start: int) -> Refusal:
    for opening in sorted(_GROUPS, key=len, reverse=True):
        if text.startswith(opening, start):
            return Refusal(start, start + len(opening), _GROUPS[opening])
    end = start + 2
    while end < len(text) and (text[end].isalpha() or text[end] == "-"):
        end += 1
    return Refusal(start, min(end + 1, len(text)), "flags are not allowed; write out what is meant")
