"""Well-typed expressions as text, over the columns of `nasty.py`: a grammar, and a strategy that draws from it.

In a template `<float64>` stands for an expression of that type, `<row float64>` for one that surely reads
a column, and any other word for one of its CHOICES. Operations whose result may differ in the last places
(`exp`, `mean`, …) are left out: inside an expression the last place would become another truth.
"""

import random
import re
from collections.abc import Callable

from hypothesis import strategies as st

FIELDS = {
    "leg bool": ["p.ok_n", "is_null(p)"],
    "leg int64": ["p.qty", "p.lots_n"],
    "leg float64": ["p.px", "p.fee_n"],
    "leg decimal": ["p.cost"],
    "leg string": ["p.name", "lower(p.name)"],
    "leg utc": ["p.at_n"],
    "word string": ["t"],
    "mark float64": ["m"],
}
"""What can be read inside a generator over legs (as `p`), tags (as `t`) and marks (as `m`)."""
COLUMNS = {
    "bool": ["flag", "maybe"],
    "int64": ["whole", "whole_n", "tiny"],
    "float64": ["price", "price_n", "wild", "wild_n", "constant"],
    "decimal": ["cents", "wide_n", "long"],
    "string": ["text", "text_n"],
    "enum": ["side", "side_n"],
    "date": ["day_", "day_n"],
    "utc": ["utc", "utc_n"],
    "york": ["york_n"],
    "naive": ["naive_n"],
    "nano": ["nano_n"],
    "duration": ["held", "held_n"],
    **FIELDS,
}
ROW_TYPES = [kind for kind in COLUMNS if kind not in FIELDS]
TIMES = ["utc", "york", "naive", "nano"]
WHOLE = [
    "0",
    "1",
    "-1",
    "2",
    "7",
    "-3",
    "9223372036854775807",
    "-9223372036854775808",
    "9007199254740993",
    "4294967296",
]
FRACTIONS = ["0.0", "1.0", "-1.0", "2.5", "0.1", "3.0", "10.0", "1e308", "5e-324", "1e-9", "9007199254740993.0"]
TEXTS = ["''", "'a'", "'BTC/USD'", "'Ä𝒳'", "'ß'", "'A'", "'_x'", "'a.b'", "'('"]
PATTERNS = [r"[A-Z]+(/[A-Z]+)?", r".*", r"\w*", r"[^a]?.{1,3}", r"\d+|a", r"(A|Ä).", r"\s*\D+", ""]
LENGTHS = ["seconds(30)", "days(1)", "hours(-5)", "minutes(90)", "seconds(0.5)", "days(100000)"]
DATES = ["date('2024-02-29')", "date('1969-12-31')", "date('0001-01-01')"]
LEAVES = {
    "bool": ["True", "False"],
    "int64": WHOLE,
    "float64": FRACTIONS,
    "string": TEXTS,
    "date": DATES,
    "duration": LENGTHS,
}
CHOICES = {
    "order": ["<", "<=", ">", ">=", "==", "!="],
    "same": ["==", "!="],
    "sum": ["+", "-"],
    "sign": ["+", "-", "*"],
    "whole": ["//", "%"],
    "logic": ["and", "or"],
    "in": ["in", "not in"],
    "extreme": ["min", "max"],
    "number": WHOLE,
    "fraction": FRACTIONS + WHOLE,
    "word": TEXTS,
    "amount": ["0.01", "-1.5", "100", "0", "12345678.90"],
    "pattern": [f"r'{each}'" for each in PATTERNS],
    "part": ["starts_with", "ends_with", "contains"],
    "field": ["year", "month", "day", "weekday"],
    "round": ["round", "floor", "ceil"],
    "length": [*LENGTHS, "held_n"],
    "rel": ["0", "1e-9", "0.5"],
    "abs": ["0", "1", "1e-3"],
    "power": ["0", "1", "2", "3"],
    "rows": ["1", "2", "7"],
    "legs": ["legs", "legs_n"],
    "test": ["all", "any"],
}
ANY = ["(<self> if <bool> else <self>)", "coalesce(<self>, <self>)"]
TEMPLATES: dict[str, list[str]] = {
    "bool": [
        "(<int64> <order> <int64>)",
        "(<float64> <order> <float64>)",
        "(<float64> <order> <float64>)",
        "(<int64> <order> <float64>)",
        "(<float64> <order> <int64>)",
        "(<decimal> <order> <decimal>)",
        "(<decimal> <order> <amount>)",
        "(<string> <order> <string>)",
        "(<date> <order> <date>)",
        "(<utc> <order> <utc>)",
        "(<utc> <order> <york>)",
        "(<nano> <order> <utc>)",
        "(<naive> <order> <naive>)",
        "(<duration> <order> <duration>)",
        "(<float64> <order> <float64> <order> <float64>)",
        "(<int64> <order> <int64> <order> <int64>)",
        "(<utc> <order> <utc> <order> <york>)",
        "(<bool> <same> <bool>)",
        "(<enum> <same> <enum>)",
        "(<enum> <same> 'buy')",
        "(<int64> <in> [<number>, <number>])",
        "(<float64> <in> [<fraction>, <fraction>, <fraction>])",
        "(<string> <in> [<word>, <word>])",
        "(<enum> <in> ['sell', 'hold'])",
        "(<decimal> <in> [<amount>, <amount>])",
        "close(<float64>, <float64>, rel=<rel>, abs=<abs>)",
        "close(<int64>, <float64>, rel=<rel>)",
        "between(<float64>, <float64>, <float64>)",
        "between(<int64>, <int64>, <int64>)",
        "between(<utc>, <utc>, <york>)",
        "between(<decimal>, <decimal>, <decimal>)",
        "(not <bool>)",
        *["(<bool> <logic> <bool>)"] * 3,
        "is_null(<float64>)",
        "is_null(<utc>)",
        "is_null(<decimal>)",
        "(is_null(price_n) or price_n <order> <float64>)",
        "(not is_null(whole_n) and whole_n <order> <int64>)",
        "is_nan(<float64>)",
        "is_finite(<float64>)",
        *["matches(<string>, <pattern>)"] * 2,
        *["<part>(<string>, <string>)"] * 2,
    ],
    "int64": [
        *["(<int64> <sign> <int64>)"] * 3,
        *["(<int64> <whole> <int64>)"] * 2,
        "(-<int64>)",
        "abs(<int64>)",
        "sign(<int64>)",
        "pow(<int64>, <power>)",
        *["<round>(<float64>)"] * 2,
        "len(<string>)",
        "<field>(<date>)",
        *[f"<field>(<{each}>)" for each in TIMES],
        *[f"hour(<{each}>)" for each in TIMES],
        "<extreme>(<int64>, <int64>)",
        "clip(<int64>, <int64>, <int64>)",
    ],
    "float64": [
        *["(<float64> <sign> <float64>)"] * 3,
        *["(<float64> / <float64>)"] * 4,
        "(<int64> / <int64>)",
        "(<int64> / <float64>)",
        "(<float64> <sign> <int64>)",
        "(-<float64>)",
        "abs(<float64>)",
        "sign(<float64>)",
        "pow(<float64>, <power>)",
        "sqrt(<float64>)",
        "sqrt(<int64>)",
        "float(<int64>)",
        "float(<decimal>)",
        "(<duration> / <duration>)",
        *["<extreme>(<float64>, <float64>)"] * 2,
        "<extreme>(<float64>, <int64>, <float64>)",
        "clip(<float64>, <float64>, <float64>)",
    ],
    "decimal": [
        "(cents <sign> cents)",
        "(long <sign> long)",
        "(0.05 <sign> cents)",
        "(tiny <sign> cents)",
        "(-<decimal>)",
        "abs(<decimal>)",
        "<extreme>(<decimal>, <decimal>)",
    ],
    "string": ["lower(<string>)", "upper(<string>)"],
    "enum": [],
    "date": [*[f"date(<{each}>)" for each in TIMES], "<extreme>(<date>, <date>)"],
    "duration": [
        "(<utc> - <utc>)",
        "(<utc> - <york>)",
        "(<date> - <date>)",
        "(<nano> - <utc>)",
        "(<duration> <sum> <duration>)",
        "(-<duration>)",
        "abs(<duration>)",
        "(<int64> * <duration>)",
        "<extreme>(<duration>, <duration>)",
        "clip(<duration>, <duration>, <duration>)",
    ],
    **{each: [f"(<{each}> <sum> <length>)", f"<extreme>(<{each}>, <{each}>)"] for each in TIMES},
}
# Inside a generator: fields, columns of the row, and what is made of both.
INSIDE: dict[str, list[str]] = {
    "leg bool": [
        "(<leg int64> <order> <leg int64>)",
        "(<leg float64> <order> <leg float64>)",
        "(<leg float64> <order> <float64>)",
        "(<leg decimal> <order> <leg decimal>)",
        "(<leg utc> <order> <utc>)",
        "(<leg bool> <logic> <leg bool>)",
        "(not <leg bool>)",
        "matches(<leg string>, <pattern>)",
        "(p.side_n <in> ['sell', 'hold'])",
        "is_null(<leg float64>)",
        "(not is_null(p.lots_n) and p.lots_n <order> <number>)",
        "<part>(<leg string>, <string>)",
    ],
    "leg int64": [
        "(<leg int64> <sign> <leg int64>)",
        "(<leg int64> <whole> <int64>)",
        "len(<leg string>)",
        "year(<leg utc>)",
        "coalesce(<leg int64>, <number>)",
    ],
    "leg float64": [
        "(<leg int64> / <leg float64>)",
        "(<leg float64> / <float64>)",
        "<extreme>(<leg float64>, <float64>)",
        "(<leg float64> if <leg bool> else <leg float64>)",
        "abs(<leg float64>)",
    ],
    "leg decimal": ["-<leg decimal>", "<extreme>(<leg decimal>, <amount>)"],
    "leg string": ["upper(<leg string>)"],
    "leg utc": ["(<leg utc> <sum> <length>)"],
    "word string": ["lower(<word string>)", "coalesce(t, <word>)"],
    "mark float64": ["(<mark float64> <sign> <mark float64>)", "-<mark float64>", "abs(m)"],
}
OVER_LISTS: dict[str, list[str]] = {
    "bool": [
        *["<test>(<leg bool> for p in <legs>)"] * 2,
        "<test>(<leg bool> for p in <legs> if <leg bool>)",
        "<test>(<word string> <order> <string> for t in tags_n)",
        "<test>(<bool> for p in legs)",
        "is_null(deal_n)",
        "(deal_n.px <order> <float64>)",
    ],
    "int64": [
        "sum(<leg int64> for p in <legs>)",
        "sum(<leg int64> for p in <legs> if <leg bool>)",
        "count(1 for p in <legs> if <leg bool>)",
        "count(<leg bool> for p in <legs>)",
        "count(<word string> for t in tags_n)",
        "<extreme>(<leg int64> for p in <legs> if <leg bool>)",
        "deal_n.lots_n",
    ],
    "float64": [
        *["<extreme>(<leg float64> for p in <legs>)"] * 2,
        "<extreme>(<leg float64> for p in <legs> if <leg bool>)",
        "<extreme>(<mark float64> for m in marks)",
        "<extreme>(<float64> for m in marks if m <order> <float64>)",
        "deal_n.fee_n",
    ],
    "decimal": ["<extreme>(<leg decimal> for p in <legs>)"],
    "string": ["deal_n.name"],
    "utc": ["<extreme>(<leg utc> for p in <legs>)", "deal_n.at_n"],
}
ANY_ORDERED = ["prev(<row self>, <rows>)", "first(<row self>)"]
ORDERED: dict[str, list[str]] = {
    "bool": ["changed(<row float64>)", "changed(<row string>)", "changed(<row utc>)"],
    "int64": [
        "delta(<row int64>)",
        "cum_<extreme>(<row int64>)",
        "rolling_<extreme>(<row int64>, <rows>)",
        "cum_sum(<row int64>)",
        "rolling_sum(<row int64>, <rows>)",
        "since(<row bool>)",
    ],
    "float64": [
        "delta(<row float64>)",
        "pct_change(<row float64>)",
        "cum_<extreme>(<row float64>)",
        "rolling_<extreme>(<row float64>, <rows>)",
    ],
}
_PLACE = re.compile(r"<(row )?((?:leg |word |mark )?[a-z0-9_]+)>")
Pick = Callable[[list[str]], str]


@st.composite
def exact(draw: Callable[..., str], kind: str, depth: int = 4, *, ordered: bool = True) -> str:
    """An expression of a type whose value every back end must agree on to the last bit."""
    return _expression(lambda options: draw(st.sampled_from(options)), kind, depth, ordered=ordered)


def drawn(source: random.Random, kind: str, depth: int, *, ordered: bool) -> str:
    """The same from a source of chance."""
    return _expression(source.choice, kind, depth, ordered=ordered)


def _expression(pick: Pick, kind: str, depth: int, *, ordered: bool) -> str:
    leaves = LEAVES.get(kind, []) + COLUMNS[kind] * 3
    if depth <= 0 or pick(["leaf", *["branch"] * 5]) == "leaf":
        return pick(leaves)
    is_inside = kind in FIELDS
    templates = INSIDE[kind] if is_inside else TEMPLATES[kind] * 2 + OVER_LISTS.get(kind, []) * 2 + ANY
    if ordered and not is_inside:
        templates += ORDERED.get(kind, []) * 2 + ANY_ORDERED

    def filled(match: re.Match[str]) -> str:
        name = kind if match[2] == "self" else match[2]
        if name in CHOICES:
            return pick(CHOICES[name])
        if match[1] and pick(["column", "expression"]) == "column":
            return pick(COLUMNS[name])
        if is_inside and name not in FIELDS and name not in CHOICES:
            return pick(LEAVES.get(name, []) + COLUMNS[name])
        if " for " in match.string and name not in FIELDS:
            return pick(COLUMNS[name])
        inner = _expression(pick, name, depth - 1, ordered=ordered)
        return f"coalesce({pick(COLUMNS[name])}, {inner})" if match[1] else inner

    return _PLACE.sub(filled, pick(templates))
