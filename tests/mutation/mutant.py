"""One fault that is put into the package on purpose."""

from __future__ import annotations

from typing import NamedTuple

TABLE = "tests/property/test_agreement_table.py"
ROWS = "tests/property/test_expression_agreement.py"


class Mutant(NamedTuple):
    """One change: `old` stands exactly once in `file`."""

    id: str
    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] = (TABLE, ROWS)

    def applied(self, text: str) -> str:
        """The text of the file with the fault in it."""
        if text.count(self.old) != 1:
            raise SystemExit(f"{self.id}: {self.file} holds its text {text.count(self.old)} times, not once")
        return text.replace(self.old, self.new)
