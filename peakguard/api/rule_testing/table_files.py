"""The rows of a case as a data file, so that they are read as those of a user are."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from peakguard.kinds.test.tables import names, records
from peakguard.runtime.fsops import write_atomic


def write_table(path: str, table: Any, defaults: Mapping[str, Any], columns: Iterable[str] = ()) -> str:
    """Write CSV as CSV and all else as lines of JSON; `defaults` fill what no row gives.

    `columns` are there in any case, without values where nobody gives any.
    """
    if isinstance(table, str):
        data, path = _as_csv(table, {**dict.fromkeys(columns), **defaults}), f"{path}.csv"
    else:
        rows = [{**dict.fromkeys(columns), **defaults, **row} for row in records(table)]
        data, path = "".join(f"{json.dumps(row)}\n" for row in rows), f"{path}.ndjson"
    write_atomic(path, data.encode(), durability="none")
    return path


def _as_csv(text: str, defaults: Mapping[str, Any]) -> str:
    columns = names(text)
    more = {name: _cell(value) for name, value in defaults.items() if name not in columns}
    written = io.StringIO()
    writer = csv.DictWriter(written, [*columns, *more], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**more, **row} for row in records(text))
    return written.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
