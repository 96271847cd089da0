"""The layers that bindings bring themselves: demands, spans and classification."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from peakguard.kinds.bindings.asked import Asked, read_source, value_source
from peakguard.kinds.bindings.problems import Site
from peakguard.kinds.bindings.quick import quick
from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.paths import follower, parse_path
from peakguard.runtime.guarding.roots import Roots

_RAISED = ("if {problem} is not None:", "    raise {problem}")


def demand_layers(site: Site, plan: Mapping[str, Any]) -> list[Layer]:
    """What is asked before a call, after it, and of every item of a generator."""
    made = [_before(site, plan), _after(site, plan), _items(site, plan)]
    return [layer for layer in made if layer is not None]


def _before(site: Site, plan: Mapping[str, Any]) -> Layer | None:
    values = [each for each in plan["values"] if each["part"] == "arguments" and "type" in each]
    reads = {name: read for name, read in plan["reads"].items() if not read["path"].startswith("result")}
    wanted = {name for rule in plan["require"] for name in rule["reads"]}
    reads = {name: read for name, read in reads.items() if name in wanted}
    rules = [bound for value in values for bound in value["bounds"]] + plan["require"]
    if not (values or rules):
        return None
    roots = Roots(site.parameters)
    sources = [value_source(each, roots.parameter(each["name"])) for each in values]
    sources += [read_source(name, read, roots.path(read["path"]), site.binding) for name, read in reads.items()]
    names = {"check": quick(Asked(site, sources, rules))}
    line = f"{{problem}} = {{check}}({roots.text})"
    label = f"{len(sources)} values, {len(rules)} demands"
    return Layer("arguments", label, names, before=(line, *_RAISED), reads=roots.parameters)


def _after(site: Site, plan: Mapping[str, Any]) -> Layer | None:
    result = [each for each in plan["values"] if each["part"] == "returns" and "type" in each]
    wanted = {name for rule in plan["ensure"] for name in rule["reads"]}
    reads = {name: read for name, read in plan["reads"].items() if name in wanted}
    given = [each for each in plan["values"] if each["part"] == "arguments" and each["name"] in wanted]
    rules = [bound for value in result for bound in value["bounds"]] + plan["ensure"]
    if not (result or rules):
        return None
    roots = Roots(site.parameters)
    sources = [value_source(each, roots.result()) for each in result]
    sources += [value_source(each, roots.parameter(each["name"])) for each in given]
    sources += [read_source(name, read, roots.path(read["path"]), site.binding) for name, read in reads.items()]
    names = {"check": quick(Asked(site, sources, rules))}
    line = f"{{problem}} = {{check}}({roots.text})"
    return Layer("result", f"{len(rules)} demands", names, after=(line, *_RAISED), reads=roots.parameters)


def _items(site: Site, plan: Mapping[str, Any]) -> Layer | None:
    items = [each for each in plan["values"] if each["part"] == "yields" and "type" in each]
    if not items:
        return None
    names = {"check": quick(Asked(site, [value_source(items[0], 0)], items[0]["bounds"]))}
    return Layer("result", "every item", names, each=("{problem} = {check}({item})", *_RAISED))


def classify_layer(site: Site, plan: Mapping[str, Any]) -> Layer | None:
    """Foreign exceptions get their code, note and hints on the way out."""
    paths: Mapping[str, str] | None = plan["classify"]
    if paths is None:
        return None
    roots = Roots(site.parameters)
    context = _reading(site, paths, roots)
    classify = site.policies.classify

    def classified(error: BaseException, *values: Any) -> None:
        try:
            classify(error, **context(*values))
        except Exception as fault:  # noqa: BLE001 # the exception of the call goes on, whatever becomes of its code
            site.failed("classify", fault)

    line = f"{{classified}}({', '.join(filter(None, ['{error}', roots.text]))})"
    return Layer("classify", "foreign exceptions", {"classified": classified}, failed=(line,), reads=roots.parameters)


def trace_layer(site: Site, plan: Mapping[str, Any]) -> Layer | None:
    """A span around the call; of a generator, around each of its steps."""
    if plan["trace"] is None:
        return None
    from peakguard.runtime.context.run import span
    from peakguard.runtime.context.scope import SCOPE

    name, paths = plan["trace"]
    roots = Roots(site.parameters)
    fields = _reading(site, paths, roots)

    def opened(*values: Any) -> Any:
        return span(name, **fields(*values)) if paths else span(name)

    names: dict[str, Any] = {"open": opened}
    if site.flavour in ("plain", "coroutine"):
        return Layer("trace", name, names, block=f"with {{open}}({roots.text}):", reads=roots.parameters)
    names |= {"get": SCOPE.get, "stand": SCOPE.set}
    first = (
        "{outer} = {get}()", f"{{span}} = {{open}}({roots.text})", "{span}.__enter__()", "{inside} = {get}()",
        "{stand}({outer})",
    )  # fmt: skip # one statement of the wrapper each
    stepping = ("{outer} = {get}()", "{stand}({inside})")
    stepped = ("{inside} = {get}()", "{stand}({outer})")
    return Layer("trace", name, names, before=first, stepping=stepping, stepped=stepped, reads=roots.parameters)


def _reading(site: Site, paths: Mapping[str, str], roots: Roots) -> Callable[..., dict[str, Any]]:
    """A function from roots to the values at the ends of paths; one that leads nowhere is left out and reported."""
    found = []
    for name, text in paths.items():
        path = parse_path(text)
        assert path is not None, text
        found.append((name, roots.path(text), follower(path, site.binding)))

    def read(*values: Any) -> dict[str, Any]:
        context = {}
        for name, root, follow in found:
            try:
                context[name] = follow(values[root])
            except Exception as fault:  # noqa: BLE001 # what tells of a call must not break it
                site.failed(f"the value {name}", fault)
        return context

    return read


def contract_uses(plan: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The values that are frames under a contract."""
    return [value for value in plan["values"] if "contract" in value]
