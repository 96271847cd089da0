"""Well-typed expressions as text, over the columns of `nasty.py`.

Operations whose result may differ in the last places (`exp`, `mean`, …) stand only at the root:
anywhere else they would decide comparisons, and the last place would become another truth.
"""

from collections.abc import Callable

from hypothesis import strategies as st

Draw = Callable[..., str]

COLUMNS = {
    "bool": ["flag", "maybe"],
    "int64": ["whole", "whole_n", "tiny"],
    "float64": ["price", "price_n", "wild", "wild_n", "constant"],
    "decimal": ["cents", "wide_n"],
    "string": ["text", "text_n"],
    "enum": ["side", "side_n"],
    "date": ["day_", "day_n"],
    "utc": ["utc", "utc_n"],
    "york": ["york_n"],
    "naive": ["naive_n"],
    "nano": ["nano_n"],
    "duration": ["held", "held_n"],
}
FLOATS = ["0.0", "1.0", "-1.0", "2.5", "0.1", "3.0", "10.0", "1e308", "5e-324", "1e-9", "9007199254740993.0"]
INTEGERS = [
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
DECIMALS = ["0.01", "-1.5", "100", "0", "12345678.90"]
STRINGS = ["''", "'a'", "'BTC/USD'", "'Ä𝒳'", "'ß'", "'A'", "'_x'"]
PATTERNS = [r"[A-Z]+(/[A-Z]+)?", r".*", r"\w*", r"[^a]?.{1,3}", r"\d+|a", r"(A|Ä).", r"\s*\D+", ""]
DURATIONS = ["seconds(30)", "days(1)", "hours(-5)", "minutes(90)", "seconds(0.5)", "days(100000)"]
DATES = ["date('2024-02-29')", "date('1969-12-31')", "date('0001-01-01')"]
TIMES = ["utc", "york", "naive", "nano"]
ROW_TYPES = ["bool", "int64", "float64", "decimal", "string", "enum", "date", *TIMES, "duration"]


@st.composite
def exact(draw: Draw, type: str, depth: int = 4, *, ordered: bool = True) -> str:
    """An expression of a type whose value every back end must agree on to the last bit."""
    return _make(draw, type, depth, ordered=ordered)


def _make(draw: Draw, type: str, depth: int, *, ordered: bool) -> str:
    def sub(wanted: str) -> str:
        return _make(draw, wanted, depth - 1, ordered=ordered)

    def pick(options: list[str]) -> str:
        return draw(st.sampled_from(options))

    if depth <= 0 or draw(st.integers(0, 5)) == 0:
        return pick(_LEAVES.get(type, []) + COLUMNS[type] * 3)
    shared = ["if", "coalesce", *(["prev", "first"] if ordered else [])]
    form = pick(_FORMS[type] * 4 + shared)
    if form == "if":
        return f"({sub(type)} if {sub('bool')} else {sub(type)})"
    if form == "coalesce":
        return f"coalesce({sub(type)}, {sub(type)})"
    if form == "prev":
        return f"prev({_reading(sub, type, pick)}, {pick(['1', '2', '7'])})"
    if form == "first":
        return f"first({_reading(sub, type, pick)})"
    if not ordered and form in _ORDERED_FORMS:
        return pick(COLUMNS[type])
    return _FORM[form](sub, pick, type)


def _reading(sub: Callable[[str], str], type: str, pick: Callable[[list[str]], str]) -> str:
    """An argument that surely reads a column, as functions over rows require."""
    return (
        f"coalesce({pick(COLUMNS[type])}, {sub(type)})"
        if pick(["column", "expression"]) == "expression"
        else pick(COLUMNS[type])
    )


Sub = Callable[[str], str]
Pick = Callable[[list[str]], str]


def _compare(sub: Sub, pick: Pick, type: str) -> str:
    kind = pick(
        [
            "int64",
            "float64",
            "float64",
            "mixed",
            "decimal",
            "string",
            "date",
            "utc",
            "zones",
            "nano",
            "naive",
            "duration",
            "units",
        ]
    )
    operator = pick(["<", "<=", ">", ">=", "==", "!="])
    pairs = {"mixed": ("int64", "float64"), "zones": ("utc", "york"), "units": ("utc", "nano")}
    left, right = pairs.get(kind, (kind, kind))
    if pick(["plain", "plain", "turned"]) == "turned":
        left, right = right, left
    return f"({sub(left)} {operator} {sub(right)})"


def _chain(sub: Sub, pick: Pick, type: str) -> str:
    kind = pick(["int64", "float64", "decimal", "utc"])
    return f"({sub(kind)} {pick(['<', '<=', '>='])} {sub(kind)} {pick(['<', '<=', '!='])} {sub(kind)})"


def _equal(sub: Sub, pick: Pick, type: str) -> str:
    kind = pick(["bool", "enum", "string"])
    right = pick(["'buy'", "'sell'", "side_n"]) if kind == "enum" else sub(kind)
    return f"({sub(kind)} {pick(['==', '!='])} {right})"


def _member(sub: Sub, pick: Pick, type: str) -> str:
    kind = pick(["int64", "float64", "string", "enum", "decimal"])
    pool = {
        "int64": INTEGERS,
        "float64": FLOATS + INTEGERS,
        "string": STRINGS,
        "enum": ["'buy'", "'hold'"],
        "decimal": DECIMALS,
    }
    values = ", ".join(pick(pool[kind]) for _ in range(3))
    item = sub(kind) if kind != "enum" else pick(COLUMNS["enum"])
    return f"({item} {pick(['in', 'not in'])} [{values}])"


def _close(sub: Sub, pick: Pick, type: str) -> str:
    return f"close({sub('float64')}, {sub(pick(['float64', 'int64']))}, rel={pick(['0', '1e-9', '0.5'])}, abs={pick(['0', '1', '1e-3'])})"


def _between(sub: Sub, pick: Pick, type: str) -> str:
    kind = pick(["int64", "float64", "date", "utc", "duration", "decimal"])
    return f"between({sub(kind)}, {sub(kind)}, {sub(kind)})"


def _calendar(sub: Sub, pick: Pick, type: str) -> str:
    field = pick(["year", "month", "day", "weekday", "hour"])
    return f"{field}({sub(pick(TIMES if field == 'hour' else [*TIMES, 'date']))})"


def _extreme(sub: Sub, pick: Pick, type: str) -> str:
    return f"{pick(['min', 'max'])}({', '.join(sub(type) for _ in range(int(pick(['2', '3']))))})"


def _clip(sub: Sub, pick: Pick, type: str) -> str:
    return f"clip({sub(type)}, {sub(type)}, {sub(type)})"


def _over_rows(function: str) -> Callable[[Sub, Pick, str], str]:
    return lambda sub, pick, type: function.format(_reading(sub, type, pick))


_FORM: dict[str, Callable[[Sub, Pick, str], str]] = {
    "compare": _compare,
    "chain": _chain,
    "equal": _equal,
    "member": _member,
    "close": _close,
    "between": _between,
    "calendar": _calendar,
    "extreme": _extreme,
    "clip": _clip,
    "not": lambda sub, pick, type: f"(not {sub('bool')})",
    "logic": lambda sub, pick, type: f"({sub('bool')} {pick(['and', 'or'])} {sub('bool')})",
    "null": lambda sub, pick, type: f"is_null({sub(pick(ROW_TYPES))})",
    "narrow": lambda sub, pick, type: "(is_null({0}) or {0} {1} {2})".format(
        pick(COLUMNS["float64"]), pick(["<", ">="]), sub("float64")
    ),
    "nan": lambda sub, pick, type: f"{pick(['is_nan', 'is_finite'])}({sub('float64')})",
    "matches": lambda sub, pick, type: f"matches({sub('string')}, r'{pick(PATTERNS)}')",
    "strings": lambda sub, pick, type: (
        f"{pick(['starts_with', 'ends_with', 'contains'])}({sub('string')}, {sub('string')})"
    ),
    "changed": lambda sub, pick, type: f"changed({pick(COLUMNS[pick(ROW_TYPES)])})",
    "arithmetic": lambda sub, pick, type: f"({sub(type)} {pick(['+', '-', '*'])} {sub(type)})",
    "division": lambda sub, pick, type: f"({sub(pick(['float64', 'int64']))} / {sub(pick(['float64', 'int64']))})",
    "mixed": lambda sub, pick, type: f"({sub('int64')} {pick(['+', '-', '*', '/'])} {sub('float64')})",
    "whole_division": lambda sub, pick, type: f"({sub('int64')} {pick(['//', '%'])} {sub('int64')})",
    "negative": lambda sub, pick, type: f"(-{sub(type)})",
    "abs": lambda sub, pick, type: f"abs({sub(type)})",
    "sign": lambda sub, pick, type: f"sign({sub(type)})",
    "power": lambda sub, pick, type: f"pow({sub(type)}, {pick(['0', '1', '2', '3'])})",
    "sqrt": lambda sub, pick, type: f"sqrt({sub(pick(['float64', 'int64']))})",
    "to_float": lambda sub, pick, type: f"float({sub(pick(['int64', 'decimal']))})",
    "ratio": lambda sub, pick, type: f"({sub('duration')} / {sub('duration')})",
    "rounding": lambda sub, pick, type: f"{pick(['round', 'floor', 'ceil'])}({sub('float64')})",
    "len": lambda sub, pick, type: f"len({sub('string')})",
    "case": lambda sub, pick, type: f"{pick(['lower', 'upper'])}({sub('string')})",
    "date_of": lambda sub, pick, type: f"date({sub(pick(TIMES))})",
    "shifted": lambda sub, pick, type: f"({sub(type)} {pick(['+', '-'])} {pick([*DURATIONS, 'held_n'])})",
    "difference": lambda sub, pick, type: pick(
        [
            f"({sub('utc')} - {sub('utc')})",
            f"({sub('utc')} - {sub('york')})",
            f"({sub('date')} - {sub('date')})",
            f"({sub('nano')} - {sub('utc')})",
        ]
    ),
    "durations": lambda sub, pick, type: f"({sub(type)} {pick(['+', '-'])} {sub(type)})",
    "times": lambda sub, pick, type: f"({sub('int64')} * {sub(type)})",
    "cents": lambda sub, pick, type: f"({pick(['cents', 'cents', '0.05', 'tiny'])} {pick(['+', '-', '*'])} cents)",
    "delta": _over_rows("delta({})"),
    "change": _over_rows("pct_change({})"),
    "running": lambda sub, pick, type: f"{pick(['cum_max', 'cum_min'])}({_reading(sub, type, pick)})",
    "window": lambda sub, pick, type: (
        f"{pick(['rolling_min', 'rolling_max'])}({_reading(sub, type, pick)}, {pick(['1', '2', '5'])})"
    ),
    "whole_sums": lambda sub, pick, type: pick(
        [f"cum_sum({_reading(sub, type, pick)})", f"rolling_sum({_reading(sub, type, pick)}, 3)"]
    ),
    "since": lambda sub, pick, type: f"since({_reading(sub, 'bool', pick)})",
}
_ORDERED_FORMS = {"changed", "delta", "change", "running", "window", "whole_sums", "since"}
_TIME_FORMS = ["shifted"]
_FORMS = {
    "bool": [
        "compare",
        "compare",
        "compare",
        "chain",
        "equal",
        "member",
        "close",
        "between",
        "not",
        "logic",
        "logic",
        "null",
        "narrow",
        "nan",
        "matches",
        "strings",
        "changed",
    ],
    "int64": [
        "arithmetic",
        "arithmetic",
        "whole_division",
        "negative",
        "abs",
        "sign",
        "power",
        "rounding",
        "len",
        "calendar",
        "extreme",
        "clip",
        "delta",
        "running",
        "window",
        "whole_sums",
        "since",
    ],
    "float64": [
        "arithmetic",
        "division",
        "division",
        "mixed",
        "negative",
        "abs",
        "sign",
        "power",
        "sqrt",
        "to_float",
        "ratio",
        "extreme",
        "extreme",
        "clip",
        "delta",
        "change",
        "running",
        "window",
    ],
    "decimal": ["cents", "negative", "abs", "extreme"],
    "string": ["case"],
    "enum": ["if"],
    "date": ["date_of", "extreme"],
    "duration": ["difference", "durations", "negative", "abs", "times", "extreme", "clip"],
    **dict.fromkeys(TIMES, _TIME_FORMS),
}
_LEAVES = {
    "bool": ["True", "False"],
    "int64": INTEGERS,
    "float64": FLOATS,
    "string": STRINGS,
    "date": DATES,
    "duration": DURATIONS,
    "decimal": [],
    "enum": [],
}
