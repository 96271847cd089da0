"""The values of a call that a check is given: parameters, `self` and the result, each once."""

from __future__ import annotations

from peakguard.runtime.guarding.parameters import Parameters
from peakguard.runtime.guarding.paths import parse_path


class Roots:
    """The arguments of a check in the text of a wrapper: each root of a call once."""

    def __init__(self, parameters: Parameters) -> None:
        self._given = parameters
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
        return self.parameter(str(path.steps[0]) if path.root == "args" else self._given.first)

    def _place(self, text: str) -> int:
        if text not in self._texts:
            self._texts.append(text)
        return self._texts.index(text)
