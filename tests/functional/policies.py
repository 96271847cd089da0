"""Small policies that functional tests begin from."""

ERRORS = """\
peakguard: 1
kind: errors
name: catalog
version: 1.0.0
domain: test
categories: {data: {codes: 1000-1999}}
errors:
  PT-1001:
    slug: bar_bad
    title: A bar is bad
    category: data
    severity: error
    message: '{symbol} is bad'
    context: {symbol: string}
"""

CONTRACT = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns:
  symbol: {type: string}
  high: {type: float64, gt: 0}
  low: {type: float64, gt: 0}
key: [symbol]
rules:
  ordered: {expr: high >= low, error: PT-1001}
"""

SHOP = """\
peakguard: 1
kind: errors
name: shop
version: 1.0.0
domain: shop
categories: {data: {codes: 1000-1999, exit_code: 65}}
errors:
  SH-1001:
    slug: symbol_unknown
    title: A symbol is unknown
    category: data
    severity: error
    message: '{symbol} is unknown'
    context: {symbol: string}
    hints: ['Look {symbol} up']
    matches: ['builtins:KeyError']
  SH-1002:
    slug: amount_bad
    title: An amount is bad
    category: data
    severity: error
    message: '{summary}'
    context: {summary: string}
    also: [ValueError]
"""
"""A catalog with an error that foreign exceptions become, and one that is a built-in exception too."""

PROJECT: dict[str, str | bytes] = {"policies/errors.yaml": ERRORS, "contracts/bars.yaml": CONTRACT}

RESILIENCE = "peakguard: 1\nkind: resilience\nname: providers\nversion: 1.0.0\npolicies:\n"
"""The head of resilience policies, which follow by their names."""
