"""What others may know of a config policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from peakguard.kinds.config.demands import bounds
from peakguard.kinds.config.model import Config, Value
from peakguard.kinds.config.structure import places
from peakguard.language.document import Document


def known_of(document: Document[Config]) -> dict[str, Any]:
    """The paths of its fields, and the ids of its rules and of the bounds of its fields."""
    spec = document.spec
    fields = [place.dotted for place in places(spec) if isinstance(place.node, Value)]
    return {"paths": list(dict.fromkeys(fields)), "rules": list(dict.fromkeys(rule_ids(spec)))}


def rule_ids(spec: Config) -> Iterator[str]:
    """Rules first, then what is asked of single fields: `rules.windows`, `risk.max_drawdown.le`, `mode.values`."""
    yield from (f"rules.{name}" for name in spec.rules)
    for place in places(spec):
        node = place.node
        if isinstance(node, Value):
            yield from (f"{place.dotted}.{key}" for key, _ in bounds(node))
            if node.values is not None:
                yield f"{place.dotted}.values"
