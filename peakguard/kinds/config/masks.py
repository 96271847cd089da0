"""Texts of configurations as they may be shown: without what is a secret, or may be one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.kinds.config.files import File
from peakguard.runtime.secret_forms import BUILT_IN_KEYS, of_globs, squeezed
from peakguard.syntax.node import Mapping as Table
from peakguard.syntax.node import Node, Scalar, walk

_IS_SECRET = of_globs(map(squeezed, BUILT_IN_KEYS))
_OF_KEYS = (codes.CONFIG_KEY_UNKNOWN, codes.CONFIG_KEY_MISPLACED, codes.CONFIG_KEY_OF_OTHER_VARIANT)
_OF_VALUES = (codes.CONFIG_SECRET_LITERAL, codes.CONFIG_SECRET_FORM)


def masked(files: Sequence[File], findings: Sequence[Diagnostic]) -> Mapping[str, str]:
    """The texts of files by their paths, with `*` for each character of a value that is not shown.

    These are literal secrets, texts under keys that sound like one, and texts under keys that are not known, for one
    of those may be a misspelt secret.
    """
    spans = {finding.span for finding in findings if finding.code in (*_OF_KEYS, *_OF_VALUES)}
    texts: dict[str, str] = {}
    for file in files:
        if file.tree is None:
            continue
        text = list(file.tree.source.text)
        for node in _hidden(file.tree, spans):
            text[node.start : node.end] = ["*" if each not in "\r\n" else each for each in text[node.start : node.end]]
        texts[file.path] = "".join(text)
    return texts


def _hidden(table: Table, spans: Collection[object], *, inside: bool = False) -> Iterator[Node]:
    for key, (at, value) in table.entries.items():
        is_hidden = inside or at.span in spans or (_IS_SECRET is not None and _IS_SECRET(squeezed(key)) is not None)
        if isinstance(value, Table):
            yield from _hidden(value, spans, inside=at.span in spans)
            continue
        for node in walk(value):
            is_text = isinstance(node, Scalar) and isinstance(node.value, str)
            if (is_hidden and is_text) or node.span in spans:
                yield node
