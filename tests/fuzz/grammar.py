"""From a seed to a small project: mostly valid policies with slips, written in many styles, then damaged."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

Files = dict[str, bytes]

NASTY = [
    "", " ", "~", "null", "true", "no", "1e999", "-0", "0x1F", "017", ".nan", "2026-02-30", "日本", "😀", "e\u0301",
    "\u202e", "\ufeff", "a: b", "{", "[", "]", "}", "#", "&a", "*a", "!t", "|", ">", "%", "@", "`", "'", '"', "\\",
    "\t", "\n", "\r\n", "\x00", "\x1b[31m", "x" * 300, "{symbol}", "{{", "}", "PT-1001", "__class__", "../..",
]  # fmt: skip # one string a line would be a page of its own
NAMES = ["x", "y", "open", "close", "symbol", "day", "class", "Adj Close", "größe", "x1"]
TYPES = ["float64", "int64", "string", "date", "bool", "duration", "decimal(18,8)", "datetime[us, UTC]", "datetime[us]",
         "enum", "flaot64", "datetime", "decimal(99,1)", "list"]  # fmt: skip # as above
PATTERNS = [
    "[A-Z]+",
    r"\d{3}",
    "(a|b)*c",
    "(?=x)",
    "^a$",
    "(a)\\1",
    "[",
    "(a+)+$",
    r"\p{L}",
    "a{1,1000}",
    "x*?",
    "(?i)a",
]
ATOMS = [
    "x",
    "y",
    "open",
    "close",
    "symbol",
    "day",
    "zz",
    "1",
    "0",
    "2.5",
    "'a'",
    "True",
    "None",
    "1e400",
    "9" * 25,
    "x.y",
]
CALLS = ["abs", "max", "min", "prev", "is_null", "matches", "mean", "share", "sum", "rolling_mean", "coalesce", "len",
         "clip", "year", "eval", "pow", "close", "cum_max", "count", "log"]  # fmt: skip # as above
OPERATORS = ["+", "-", "*", "/", "//", "%", ">", ">=", "==", "!=", "<", "in", "and", "or", "**", "is", "&", ":="]


def project(seed: int) -> Files:
    """The files of a seed: path -> bytes. The same seed always gives the same files."""
    rng = random.Random(seed)
    kind = rng.random()
    if kind < 0.1:
        return {f"policies/raw.{rng.choice(['yaml', 'toml'])}": garbage(rng)}
    files: Files = {}
    for number in range(rng.choice([1, 1, 1, 2, 3])):
        policy = contract(rng) if rng.random() < 0.6 else errors(rng)
        for _ in range(rng.choice([0, 0, 1, 1, 2, 4])):
            slip(rng, policy)
        suffix, writer = (".toml", toml) if rng.random() < 0.35 else (".yaml", yaml)
        text = writer(rng, policy)
        for _ in range(rng.choice([0, 0, 0, 1, 3])):
            text = damage(rng, text)
        files[f"policies/p{number}{suffix}"] = text.encode("utf-8", "surrogatepass")
    if rng.random() < 0.1:
        files["policies/errors.lock"] = rng.choice(
            [b"test PT-1001 bad active 1.0.0 -\n", b"x\n", b"\xff", b"a b c d e f\r\n"]
        )
    return files


def garbage(rng: random.Random) -> bytes:
    """Bytes, brackets or words without any plan."""
    if rng.random() < 0.3:
        return rng.randbytes(rng.randrange(200))
    if rng.random() < 0.3:
        return (rng.choice("[{(-'\"&*a.") * rng.choice([10, 70, 3000])).encode()
    return " ".join(rng.choice(NASTY) for _ in range(rng.randrange(12))).encode("utf-8", "surrogatepass")


def header(rng: random.Random, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {"peakguard": 1, "kind": kind, "name": rng.choice(["bars", "a", "b"]), "version": "1.0.0"}
    if rng.random() < 0.1:
        found["suppress"] = [{"code": rng.choice(["PG118", "PG512", "PG9"]), "reason": "r", "until": "2027-01-01"}]
    if rng.random() < 0.1:
        found["requires"] = rng.choice([">=0.1", "<0.1", "new", ">=1,<2"])
    return found


def contract(rng: random.Random) -> dict[str, Any]:
    policy = header(rng, "contract")
    names = rng.sample(NAMES[:6], rng.randint(1, 4))
    policy["columns"] = {name: column(rng) for name in names}
    if rng.random() < 0.2:
        wanted = {"version": rng.choice([">=1", ">=2", "x"]), "weaker": {rng.choice(["key", "columns.a"]): "why not"}}
        name = rng.choice(["bars", "a", "b", "c"])
        policy["extends"] = name if rng.random() < 0.5 else {"contract": name, **wanted}
        for each in rng.sample(names, rng.randint(0, 1)):
            policy["columns"][each] = {"nullable": True}
    if rng.random() < 0.4:
        policy["key"] = rng.sample(names, rng.randint(0, len(names)))
    if rng.random() < 0.3:
        policy["order"] = {"by": rng.choice(names), "within": rng.sample(names, rng.randint(0, 1)), "strict": True}
    if rng.random() < 0.2:
        policy["cadence"] = {"every": rng.choice(["1h", "5m", "x"]), "column": rng.choice(names)}
    if rng.random() < 0.2:
        policy["references"] = {
            rng.choice(names): {"contract": rng.choice(["a", "b", "c"]), "column": rng.choice(names)}
        }
    if rng.random() < 0.7:
        policy["rules"] = {f"r{n}": rule(rng, names) for n in range(rng.randint(1, 3))}
    return policy


def column(rng: random.Random) -> Any:
    if rng.random() < 0.2:
        return rng.choice(TYPES)
    found: dict[str, Any] = {"type": rng.choice(TYPES[:10] if rng.random() < 0.9 else TYPES)}
    options: dict[str, Callable[[], Any]] = {
        "nullable": lambda: rng.random() < 0.5,
        "gt": lambda: rng.choice([0, -1.5, 10, 2**63 - 1]),
        "le": lambda: rng.choice([5, 1e300, -3]),
        "matches": lambda: rng.choice(PATTERNS),
        "values": lambda: ["a", "b"],
        "source": lambda: rng.choice(NAMES),
        "parse": lambda: rng.choice(["%Y-%m-%d", "%Q", "%"]),
        "finite": lambda: False,
        "error": lambda: rng.choice(["PT-1001", "PT-1002", "PT-9"]),
    }
    for key in rng.sample(list(options), rng.randint(0, 3)):
        found[key] = options[key]()
    return found


def rule(rng: random.Random, names: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"dataset" if rng.random() < 0.2 else "expr": expression(rng, rng.randint(0, 4))}
    if rng.random() < 0.5:
        found["on_null"] = rng.choice(["pass", "fail"])
    if rng.random() < 0.2:
        found["within"] = rng.sample(names, 1)
    if rng.random() < 0.2:
        found["when"] = expression(rng, 1)
    if rng.random() < 0.3:
        found["error"] = rng.choice(["PT-1001", "PT-1002"])
    return found


def expression(rng: random.Random, depth: int) -> str:
    if depth == 0:
        return rng.choice(ATOMS[:6] if rng.random() < 0.8 else ATOMS)
    shape = rng.random()
    if shape < 0.3:
        inside = ", ".join(expression(rng, depth - 1) for _ in range(rng.randint(1, 3)))
        return f"{rng.choice(CALLS)}({inside})"
    if shape < 0.4:
        return f"not {expression(rng, depth - 1)}"
    if shape < 0.5:
        return f"({expression(rng, depth - 1)} if x > 0 else {expression(rng, depth - 1)})"
    operator = rng.choice([*OPERATORS[:9], "and", "or"] if rng.random() < 0.9 else OPERATORS)
    return f"({expression(rng, depth - 1)} {operator} {expression(rng, depth - 1)})"


def errors(rng: random.Random) -> dict[str, Any]:
    policy = header(rng, "errors")
    policy["domain"] = rng.choice(["test", "other"])
    policy["categories"] = {"data": {"codes": rng.choice(["1000-1999", "1-9999", "5-1"])}}
    policy["errors"] = {f"PT-100{n}": entry(rng, n) for n in rng.sample(range(4), rng.randint(1, 3))}
    return policy


def entry(rng: random.Random, number: int) -> dict[str, Any]:
    if rng.random() < 0.2:
        return {"status": "retired", "replaced_by": f"PT-100{rng.randrange(4)}", "retired": "1.0.0"}
    found: dict[str, Any] = {
        "slug": f"bad_{number}", "title": "Bad", "category": rng.choice(["data", "data", "dta"]), "severity": "error",
        "message": rng.choice(["bad", "{symbol} bad", "{symbol", "{a.b}", "{{x}}"]),
    }  # fmt: skip # as above
    if rng.random() < 0.6:
        found["context"] = {"symbol": rng.choice(["string", {"type": "float64", "unit": "usd"}, "text"])}
    if rng.random() < 0.3:
        found["examples"] = [{"context": {"symbol": rng.choice(["A", 1.5, True])}}]
    if rng.random() < 0.2:
        found |= {"status": "deprecated", "replaced_by": f"PT-100{rng.randrange(4)}"}
    return found


def slip(rng: random.Random, policy: Any) -> None:
    """One small mistake somewhere: a key renamed, dropped or doubled, a value of another kind."""
    node, path = policy, 0
    while isinstance(node, dict) and node and path < rng.randint(0, 3):
        below = rng.choice(list(node.values()))
        if not isinstance(below, dict) or not below:
            break
        node, path = below, path + 1
    if not isinstance(node, dict) or not node:
        return
    key = rng.choice(list(node))
    match rng.randrange(4):
        case 0:
            del node[key]
        case 1:
            node[key[:-1] or "k"] = node.pop(key)
        case 2:
            node[key] = rng.choice([None, True, -1, 2.5, [], {}, ["x", 1], {"a": {"b": 1}}, rng.choice(NASTY)])
        case _:
            node[rng.choice(NASTY)] = rng.choice(NASTY)


def yaml(rng: random.Random, value: Any, depth: int = 0) -> str:
    """YAML in block or flow style, with every style of scalars."""
    if rng.random() < 0.1 or (depth > 1 and rng.random() < 0.5) or not isinstance(value, dict) or not value:
        return f"{_flow(rng, value)}\n"
    lines = []
    for key, item in value.items():
        written = _key(rng, key)
        if isinstance(item, dict) and item and rng.random() < 0.8:
            lines.append(f"{'  ' * depth}{written}:{rng.choice(['', '', ' # why'])}\n{yaml(rng, item, depth + 1)}")
        elif isinstance(item, str) and "\n" not in item and rng.random() < 0.15:
            style = rng.choice(["|", ">", ">-", "|-"])
            lines.append(f"{'  ' * depth}{written}: {style}\n{'  ' * (depth + 1)}{item}\n")
        else:
            lines.append(f"{'  ' * depth}{written}: {_flow(rng, item)}\n")
    return "".join(lines) if depth else _endings(rng, "".join(lines))


def toml(rng: random.Random, policy: dict[str, Any]) -> str:
    """TOML with headers, dotted keys and inline tables."""
    lines, tables = [], []
    for key, item in policy.items():
        if isinstance(item, dict) and rng.random() < 0.6:
            tables.append(
                f"\n[{_toml_key(key)}]\n" + "".join(f"{_toml_key(k)} = {_toml(rng, v)}\n" for k, v in item.items())
            )
        elif isinstance(item, dict) and item and rng.random() < 0.5:
            lines += [f"{_toml_key(key)}.{_toml_key(k)} = {_toml(rng, v)}\n" for k, v in item.items()]
        else:
            lines.append(f"{_toml_key(key)} = {_toml(rng, item)}\n")
    return _endings(rng, "".join([*lines, *tables]))


def damage(rng: random.Random, text: str) -> str:
    """A few characters or lines changed without regard to meaning."""
    place = rng.randrange(len(text) + 1)
    lines = text.split("\n")
    line = rng.randrange(len(lines))
    match rng.randrange(6):
        case 0:
            return text[:place] + rng.choice(NASTY) + text[place:]
        case 1:
            return text[:place] + text[place + rng.randint(1, 5) :]
        case 2:
            return "\n".join([*lines[:line], lines[line], *lines[line:]])
        case 3:
            return "\n".join([*lines[:line], *lines[line + 1 :]])
        case 4:
            return "\n".join([*lines[:line], " " * rng.randint(1, 3) + lines[line], *lines[line + 1 :]])
        case _:
            return text[:place]


def _flow(rng: random.Random, value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(rng, key)}: {_flow(rng, item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(rng, item) for item in value) + "]"
    if not isinstance(value, str):
        return "~" if value is None else json.dumps(value)
    style = rng.random()
    if style < 0.35 and value.isascii() and value.replace("_", "").replace("-", "").isalnum():
        return value
    if style < 0.8 and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=rng.random() < 0.5)


def _key(rng: random.Random, key: str) -> str:
    return key if key.isidentifier() or rng.random() < 0.05 else json.dumps(key)


def _toml(rng: random.Random, value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml_key(key)} = {_toml(rng, item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(rng, item) for item in value) + "]"
    if isinstance(value, str):
        if rng.random() < 0.5 and "'" not in value and value.isprintable():
            return f"'{value}'" if rng.random() < 0.8 else f"'''\n{value}'''"
        return json.dumps(value)
    return "''" if value is None else json.dumps(value)


def _toml_key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "").replace("-", "").isalnum() else json.dumps(key)


def _endings(rng: random.Random, text: str) -> str:
    return text.replace("\n", "\r\n") if rng.random() < 0.03 else text
