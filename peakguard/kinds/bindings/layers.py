"""The layers that bindings bring themselves: demands, spans, classification and whole files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from peakguard.kinds.bindings.asked import Asked, read_source, value_source
from peakguard.kinds.bindings.problems import Site
from peakguard.runtime.fsops import replacing
from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.paths import follower, parse_path

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
    roots = Roots(site)
    sources = [value_source(each, roots.parameter(each["name"])) for each in values]
    sources += [read_source(name, read, roots.path(read["path"]), site.binding) for name, read in reads.items()]
    names = {"check": Asked(site, sources, rules).check}
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
    roots = Roots(site)
    sources = [value_source(each, roots.result()) for each in result]
    sources += [value_source(each, roots.parameter(each["name"])) for each in given]
    sources += [read_source(name, read, roots.path(read["path"]), site.binding) for name, read in reads.items()]
    names = {"check": Asked(site, sources, rules).check}
    line = f"{{problem}} = {{check}}({roots.text})"
    return Layer("result", f"{len(rules)} demands", names, after=(line, *_RAISED), reads=roots.parameters)


def _items(site: Site, plan: Mapping[str, Any]) -> Layer | None:
    items = [each for each in plan["values"] if each["part"] == "yields" and "type" in each]
    if not items:
        return None
    names = {"check": Asked(site, [value_source(items[0], 0)], items[0]["bounds"]).check}
    return Layer("result", "every item", names, each=("{problem} = {check}({item})", *_RAISED))


class Roots:
    """The arguments of a check in the text of a wrapper: each root of a call once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._texts: list[str] = []
        self._parameters: list[str] = []

    @property
    def text(self) -> str:
        """The arguments, as a template."""
        return ", ".join(self._texts)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that are read."""
        return tuple(self._parameters)

    def parameter(self, name: str) -> int:
        """The place of a parameter among the roots."""
        self._parameters.append(name)
        return self._place(f"{{arg[{name}]}}")

    def result(self) -> int:
        """The place of the result."""
        return self._place("{result}")

    def path(self, text: str) -> int:
        """The place of the value that a path starts at."""
        path = parse_path(text)
        assert path is not None, text
        if path.root == "result":
            return self.result()
        return self.parameter(str(path.steps[0]) if path.root == "args" else self._site.parameters.first)

    def _place(self, text: str) -> int:
        if text not in self._texts:
            self._texts.append(text)
        return self._texts.index(text)


def classify_layer(site: Site, plan: Mapping[str, Any]) -> Layer | None:
    """Foreign exceptions get their code, note and hints on the way out."""
    paths: Mapping[str, str] | None = plan["classify"]
    if paths is None:
        return None
    roots = Roots(site)
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
    roots = Roots(site)
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


def write_layers(site: Site, plan: Mapping[str, Any]) -> list[Layer]:
    """A new file for each that the function writes, which takes the old one's place when the function returns."""
    return [_write_layer(site, name, durability) for name, durability in plan["writes"]] if site.is_enforced else []


def _write_layer(site: Site, name: str, durability: Any) -> Layer:
    def opened(path: Any) -> Swap:
        return Swap(site, name, path, durability)

    return Layer(
        "writes",
        f"{name} is whole or not there",
        {"open": opened},
        before=(f"{{swap}} = {{open}}({{arg[{name}]}})", f"{{set[{name}]}} = {{swap}}.given"),
        failed=(f"{{set[{name}]}} = {{swap}}.path", "{swap}.abandon({error})"),
        after=(f"{{set[{name}]}} = {{swap}}.path", "{swap}.commit()"),
        reads=(name,),
    )


class Swap:
    """A file that is being written under another name. `given` is what the function is told, `path` what it was."""

    def __init__(self, site: Site, name: str, path: Any, durability: Any) -> None:
        self.path = self.given = path
        self._block: Any = None
        self._site = site
        self._name = name
        try:
            target = os.fspath(path)
            if isinstance(target, str) and not os.path.isdir(target) and os.path.isdir(os.path.dirname(target) or "."):
                self._open(target, durability)
            else:
                problem = f"{name} is no path of a file in a folder that is there"
                site.failed(f"writes.{name}", ValueError(problem))
        except TypeError as fault:
            site.failed(f"writes.{name}", fault)

    def _open(self, target: str, durability: Any) -> None:
        # A link is followed: the file it leads to is replaced, not the link.
        self._block = replacing(os.path.realpath(target), durability=durability)
        self._temporary: str = self._block.__enter__()
        self.given = self._temporary if isinstance(self.path, str) else type(self.path)(self._temporary)

    def commit(self) -> None:
        """Let the new file take its place; the function has returned. Raises OSError."""
        if self._block is None:
            return
        if os.path.exists(self._temporary):
            self._block.__exit__(None, None, None)
            return
        missing = FileNotFoundError(f"the function returned without writing to its {self._name}")
        self._leave(missing)
        self._site.failed(f"writes.{self._name}", missing)

    def abandon(self, error: BaseException) -> None:
        """Leave the old file as it was; the function has raised."""
        if self._block is not None:
            self._leave(error)

    def _leave(self, error: BaseException) -> None:
        try:
            self._block.__exit__(type(error), error, error.__traceback__)
        except BaseException as same:  # noqa: BLE001 # the block raises what it was told of, when it has tidied up
            if same is not error:
                self._site.failed(f"writes.{self._name}", same)


def contract_uses(plan: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The values that are frames under a contract."""
    return [value for value in plan["values"] if "contract" in value]
