"""A catalog for the tests of errors at run time."""

from __future__ import annotations

from pathlib import Path

import peakguard
from peakguard.runtime.policy_set import PolicySet

CATALOG = """\
peakguard: 1
kind: errors
name: shop
version: 2.0.0
domain: my-shop
categories:
  data: {codes: 1000-1999, exit_code: 65, http_status: 422}
  provider: {codes: 3000-3999, retryable: true, exit_code: 75, http_status: 503}
errors:
  SH-1001:
    slug: price_not_positive
    title: A price is not above zero
    category: data
    severity: error
    message: '{symbol}: price {price} is not above zero'
    context: {symbol: string, price: {type: float64, unit: usd}}
    cause: The provider sent a placeholder.
    hints: ['Load the quote of {symbol} again', Ask the provider]
    recovery: ['Delete the row', 'Load {symbol} again']
    also: [ValueError, ArithmeticError]
  SH-1002:
    slug: everything
    title: Every type
    category: data
    severity: error
    message: everything
    context:
      a: bool
      b: int64
      c: float64
      d: 'decimal(9,2)'
      e: string
      f: date
      g: datetime
      h: duration
  SH-1003:
    slug: bare
    title: Nothing but a message
    category: data
    severity: info
    message: nothing more
    exit_code: 7
    also: [KeyError, OSError, ConnectionError]
  SH-1004:
    slug: contract_broken
    title: A contract is broken
    category: data
    severity: error
    message: '{contract}: {count} rows'
    context: {contract: string, count: int64, symbol: string}
    hints: ['Look at {symbol}']
    also: [ValueError]
  SH-3001: {slug: unavailable, title: No answer, category: provider, severity: error, message: no answer,
            matches: [ConnectionError, 'http:5xx']}
  SH-3002: {slug: rate_limited, title: Too many requests, category: provider, severity: warning, message: too many,
            context: {provider: string}, hints: ['Ask {provider} for more'],
            matches: ['http:429', 'shopclient.errors:RateLimited', {type: OSError, message: '[Tt]oo many'}]}
  SH-3003: {slug: disk_full, title: No space, category: provider, severity: critical, message: no space,
            matches: ['errno:ENOSPC']}
  SH-3004: {slug: io, title: Some fault of the system, category: provider, severity: error, message: io,
            matches: [OSError]}
  SH-1000: {status: retired, replaced_by: SH-1001, since: 1.0.0, retired: 2.0.0}
"""
CONTRACT = """\
peakguard: 1
kind: contract
name: quotes
version: 1.0.0
columns:
  symbol: {type: string}
  price: {type: float64, gt: 0, error: SH-1004}
key: [symbol]
"""


def policies(folder: Path, catalog: str = CATALOG) -> PolicySet:
    """The catalog and a contract that names one of its codes, loaded."""
    for path, text in (("policies/errors.yaml", catalog), ("contracts/quotes.yaml", CONTRACT)):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    return peakguard.load(folder)
