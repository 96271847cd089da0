"""Text from strangers on a terminal: nothing in it may act on the terminal or hide."""


def visible(text: str) -> str:
    """The text with control, format and unassigned characters written as escapes."""
    return text if text.isprintable() else "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return f"\\u{{{ord(character):x}}}"
