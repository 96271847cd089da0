"""Text that is safe inside XML."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

# XML 1.0, section 2.2: characters that no document may hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def attribute(text: str) -> str:
    """A value of an attribute, in its quotes."""
    return quoteattr(_NOT_XML.sub("\ufffd", text), {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})


def content(text: str) -> str:
    """Text between tags."""
    return escape(_NOT_XML.sub("\ufffd", text))
