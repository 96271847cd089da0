"""The parse stage: Source -> Node, by the suffix of the file."""

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import ERROR, Diagnostic, found
from peakguard.syntax.node import Mapping, Node, Scalar, Sequence
from peakguard.syntax.source import Source
from peakguard.syntax.text import check_text

SUFFIXES = (".yaml", ".yml", ".toml")


def parse(source: Source) -> tuple[Mapping | None, list[Diagnostic]]:
    """The document as a table of keys, or None when it cannot be had; never raises for bad input."""
    findings = check_text(source)
    if any(finding.severity == ERROR for finding in findings):
        return None, findings
    node, more = _parse_format(source)
    findings += more
    if node is None or isinstance(node, Mapping):
        return node, findings
    return None, [*findings, found(codes.NOT_A_MAPPING, node.span, found=describe(node))]


def describe(node: Node) -> str:
    """What a value is, in words: `a list`, `the text "x"`, `nothing`."""
    if isinstance(node, Mapping):
        return "a table"
    if isinstance(node, Sequence):
        return "a list"
    assert isinstance(node, Scalar)
    return describe_value(node.value)


def describe_value(value: object) -> str:
    """What a plain value is, in words."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text `{value}`" if len(value) <= 60 else f"the text `{value[:57]}…`"
        case list() | tuple():
            return "a list"
        case _:
            return "a table"


def _parse_format(source: Source) -> tuple[Node | None, list[Diagnostic]]:
    if source.path.lower().endswith(".toml"):
        from peakguard.syntax.toml import parse_toml

        node, findings = parse_toml(source)
        if node is not None and not node.entries:  # valid TOML, but comments alone are no policy
            return None, [*findings, found(codes.EMPTY_FILE, source.span(0, 0))]
        return node, findings
    from peakguard.syntax.yaml import parse_yaml

    return parse_yaml(source)
