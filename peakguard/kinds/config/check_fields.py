"""What can be wrong with single fields of a config policy: their bounds, defaults, secrets and variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.wording import message
from peakguard.kinds.config.compile import field_table
from peakguard.kinds.config.model import Config, Renamed, Value
from peakguard.kinds.config.structure import ANY, Place, places
from peakguard.kinds.config.variables import variable_of
from peakguard.language.check_bounded import check_bounded
from peakguard.language.constraints import head
from peakguard.language.document import Document
from peakguard.runtime.secret_forms import BUILT_IN_KEYS, of_globs, squeezed

_HARMLESS = re.compile(r".*(_env_var|_env|_variable|_file|_path|_folder|_name|_count|_limit|_ttl|_seconds)", re.ASCII)
_IS_SECRET = of_globs(map(squeezed, BUILT_IN_KEYS))


def check_field(document: Document[Config], place: Place, value: Value) -> Iterator[Diagnostic]:
    """Findings about one field by itself."""
    path = document.written(*place.path)
    before = list(check_bounded(document, path, value))
    yield from before
    yield from _check_exclusions(document, place, value)
    if value.path is not None and value.shape != "string":
        span = document.key_span(*path, "path")
        yield found(codes.CONSTRAINT_MISFIT, span, constraint="path", type=value.shape, fits="strings")
    if value.has_default and not before:
        yield from _check_default(document, place, value)
    if _is_open_secret(place, value):
        yield found(codes.SECRET_NOT_MARKED, document.key_span(*path), field=place.dotted)


def check_variables(document: Document[Config]) -> Iterator[Diagnostic]:
    """Two fields that one environment variable would override."""
    environment = document.spec.environment
    seen: dict[str, str] = {}
    for place in places(document.spec):
        if not isinstance(place.node, Value):
            continue
        if ANY in place.keys:
            if place.node.env is not None:
                span = document.key_span(*document.written(*place.path), "env")
                data = {"key": "env", "path": place.dotted, "expected": "a field outside maps", "found": "in one"}
                yield found(codes.CONFIG_PATH_MISFIT, span, **data)
            continue
        variables = (
            [] if environment.prefix is None else [variable_of(environment.prefix, environment.separator, place.keys)]
        )
        variables += [place.node.env] if place.node.env is not None else []
        for variable in variables:
            first = seen.setdefault(variable, place.dotted)
            if first != place.dotted:
                span = document.key_span(*document.written(*place.path))
                yield found(codes.VARIABLE_OF_TWO, span, variable=variable, first=first, field=place.dotted)


def _check_exclusions(document: Document[Config], place: Place, value: Value) -> Iterator[Diagnostic]:
    pairs = {
        ("required: true", "default"): value.required is True and value.has_default,
        ("required: true", "required_when"): value.required is True and value.required_when is not None,
        ("required_when", "default"): value.required_when is not None and value.has_default,
        ("secret", "default"): value.secret is not None and value.has_default,
        ("secret", "path"): value.secret is not None and value.path is not None,
    }
    for (first, second), is_stated in pairs.items():
        if is_stated:
            span = document.key_span(*document.written(*place.path), second)
            yield found(codes.CONFIG_KEYS_EXCLUDE, span, first=first, second=second, field=place.dotted)


def _check_default(document: Document[Config], place: Place, value: Value) -> Iterator[Diagnostic]:
    """The default is read as a value of a file would be."""
    from peakguard.kinds.config.values import read_value
    from peakguard.syntax.node import at

    path = document.written(*place.path, "default")
    faults: list[Diagnostic] = []
    read_value(at(document.node, path), field_table(value, ""), place.dotted, faults.append)
    for fault in faults:
        problem = message(fault.code, fault.data)
        yield found(codes.DEFAULT_BREAKS_FIELD, fault.span, field=place.dotted, problem=problem)


def _is_open_secret(place: Place, value: Value | Renamed) -> bool:
    if not isinstance(value, Value) or value.secret is not None or head(value.shape) != "string":
        return False
    key = place.keys[-1]
    is_secret = _IS_SECRET is not None and _IS_SECRET(squeezed(key)) is not None
    return is_secret and value.values is None and _HARMLESS.fullmatch(key.lower()) is None
