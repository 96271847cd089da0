"""A project with a policy of each kind that has something to say to operators."""

ERRORS = """\
peakguard: 1
kind: errors
name: shop
version: 1.0.0
owner: platform
domain: shop
categories:
  data: {codes: 1000-1999, exit_code: 65, description: Data cannot be used.}
  provider: {codes: 3000-3999, retryable: true, exit_code: 75}
errors:
  SH-1001:
    slug: bar_bad
    title: A bar is bad
    category: data
    severity: error
    message: '{symbol} is bad by {distance}'
    context: {symbol: string, distance: {type: float64, unit: usd, description: How far off it is}}
    cause: The provider sent half of a bar.
    hints: ['Run `peakguard validate bars FILE`']
    recovery: ['Wait for the next bar', 'peakguard cache evict kept --all']
    also: [ValueError]
  SH-1002:
    slug: book_wrong
    title: The book is wrong
    category: data
    severity: critical
    message: the book is wrong
  SH-1003:
    slug: limit_bad
    title: A limit is bad
    category: data
    severity: info
    message: the limit is bad
  SH-1004:
    slug: by_hand
    title: The program found it
    category: data
    severity: warning
    message: by hand
  SH-3001:
    slug: provider_down
    title: The provider is down
    category: provider
    severity: error
    message: '{provider} is down'
    context: {provider: string}
    matches: [ConnectionError, 'http:503', 'errno:ENOSPC']
  SH-1000: {status: retired, retired: 1.0.0, reason: too broad}
"""
BARS = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
owner: market-data
columns:
  symbol: {type: string, matches: 'A|B', error: SH-1001}
  high: {type: float64, gt: 0}
  low: {type: float64, gt: 0}
key: [symbol]
rules:
  ordered: {expr: high >= low, error: SH-1001}
  late: {expr: high < 1000, error: SH-1001, severity: warning}
  silent: {expr: low < 1000, error: SH-1001, mode: 'off'}
on_violation: quarantine
error: SH-1001
"""
BOOK = """\
peakguard: 1
kind: invariants
name: book
version: 1.0.0
owner: research
state: {cash: float64}
invariants:
  sound: {expr: cash >= 0, severity: halt, error: SH-1002}
at_end:
  ends_sound: {expr: cash >= 1, error: SH-1002}
"""
APP = """\
peakguard: 1
kind: config
name: app
version: 1.0.0
files: [app.toml]
sections: {low: int64, high: int64}
rules:
  ordered: {expr: low < high, error: SH-1003}
"""
CALLS = """\
peakguard: 1
kind: resilience
name: calls
version: 1.0.0
policies:
  exchange:
    idempotent: true
    timeout: {total: 30s, attempt: 2s}
    retry: {max_attempts: 3, on: [SH-3*], backoff: {initial: 1s, jitter: none}}
    breaker: {wait_duration_in_open: {initial: 7s}, scope: host}
    fallback: {call: 'app.old:bars', on: [SH-3001]}
"""
KEPT = """\
peakguard: 1
kind: cache
name: caches
version: 1.0.0
policies:
  kept: {ttl: 1h, stale_if_error: 2d}
"""
PROGRAM = """\
peakguard: 1
kind: bindings
name: program
version: 1.0.0
owner: desk
bindings:
  - target: app.data:fetch
    arguments: {limit: {type: int64, ge: 1, error: SH-1003}}
    returns: {contract: bars}
    cache: kept
    resilience: exchange
    classify: true
    trace: {fields: {limit: args.limit}}
  - target: app.engine:step
    invariants: {policy: book, at: entry, state: {cash: args.cash}}
  - target: app.old:load
    mode: observe
    returns: {contract: bars}
  - target: app.conf:load
    config: app
"""
LOGS = """\
peakguard: 1
kind: observability
name: logs
version: 1.0.0
fields: [run_id, span_id]
sinks:
  console: {to: stderr, level: warning}
  file: {to: logs/events.jsonl, rotate: 2MiB, keep: 3, level: debug}
  more: {to: logs/more.log, format: pretty, rotate: 1536KiB, keep: 1}
levels: {ccxt: warning, root: info}
sample: {bar_checked: {first: 10, then: 0.001, per: 1h}}
redact: {keys: ['account_*'], detectors: [jwt], environment: false}
limits: {event: 8KiB, depth: 4}
exceptions: {frames: 7, locals: true}
"""
RUNS = """\
peakguard: 1
kind: reproducibility
name: runs
version: 1.0.0
"""
OPERATED: dict[str, str | bytes] = {
    "policies/errors.yaml": ERRORS,
    "policies/bars.yaml": BARS,
    "policies/book.yaml": BOOK,
    "policies/app.yaml": APP,
    "policies/calls.yaml": CALLS,
    "policies/caches.yaml": KEPT,
    "policies/program.yaml": PROGRAM,
    "policies/logs.yaml": LOGS,
    "policies/runs.yaml": RUNS,
}

GATE = """\
peakguard: 1
kind: gate
name: ci
version: 1.0.0
owner: platform
profiles:
  smoke: {checks: [policies, documents, critical_paths], budget: 60s, paths: critical}
  full: {checks: [all], budget: 5m}
chaos: [flaky]
replay: {command: python run.py}
determinism: {command: python run.py}
skip: {determinism: {reason: No program yet., until: 2099-01-31}}
overhead: {command: python run.py, max: 0.05}
critical_paths:
  min_proven: 0.9
  renew: python -m mutants
  catalogue:
    - {path: put, fault: power | cut, proven_by: 'tests/test_store.py::test_cut', mutant: no-fsync, critical: true}
    - {path: app.data:fetch, fault: limited, proven_by: 'tests/test_data.py::test_waits'}
"""
CASES = """\
peakguard: 1
kind: test
name: bar-cases
version: 1.0.0
description: Good bars and bad ones.
tests:
  - {contract: bars, rows: [{symbol: A, high: 2, low: 1}], expect: [{verdict: pass}]}
  - {contract: bars, rows: [{symbol: A, high: 1, low: 2}], expect: [{row: 0, fails: ordered}]}
  - {exception: ConnectionError, expect: {error: SH-3001}}
"""
CHAOS = """\
peakguard: 1
kind: chaos
name: bad-days
version: 1.0.0
scenarios:
  flaky:
    command: python run.py
    timeout: 20s
    expect: absorbed
    together: clear_error
    faults:
      down: {target: 'app.data:fetch', error: SH-3001, at: 2}
      late: {target: 'app.data:fetch', latency: 300ms, expect: hang}
      bad: {target: 'app.data:fetch', breaks: rules.ordered, expect: clear_error}
  any_program:
    faults: {jump: {clock: +2h, expect: absorbed}}
"""
STABLE = {
    **OPERATED,
    "policies/gate.yaml": GATE,
    "policies/bars.test.yaml": CASES,
    "policies/chaos.yaml": CHAOS,
}
