# Everything needs Python 3.11 or later, pip and make; the rest is installed here.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo chaos test test-all browser strace lint docs generate bench bench-contracts fuzz clean mutants mutation-score diagnosis gate

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $(READY)

demo: $(READY)  ## a real program under twenty-five faults, bare and guarded
	$(BIN)/python docs/example/demo.py

chaos: $(READY)  ## the example under planted faults, bare and guarded: docs/example/CHAOS.md
	$(BIN)/python docs/example/chaos_table.py

test: $(READY)  ## the suite (under 8 minutes on 2 cores)
	$(BIN)/python -m pytest

test-all: $(READY) browser strace  ## the suite with the slow tiers
	$(BIN)/python -m pip install --quiet --requirement tests/differential/requirements.txt
	PEAKGUARD_TESTS_COLD=1 PEAKGUARD_AGREEMENT=3 $(BIN)/python -m pytest -m 'slow or not slow'

strace:  ## what shows that every write goes through one place, and puts faults at system calls
	@command -v strace || { \
		echo "installing strace, without which tests of crashes are skipped" && \
		apt-get update -qq && apt-get install -y -qq strace; } || { \
		echo "strace is missing and cannot be installed from here: install it, then run this again" && exit 1; }

browser:  ## a headless Chromium, in which the HTML report is looked at
	@command -v chromium || command -v chromium-browser || command -v google-chrome || { \
		echo "installing Chromium, without which the tests of the HTML report are skipped" && \
		apt-get update -qq && apt-get install -y -qq chromium; } || { \
		echo "Chromium is missing and cannot be installed from here: install it, then run this again" && exit 1; }

lint: $(READY)  ## formatting, style, types, layers, our own policies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/peakguard check --strict
	$(BIN)/peakguard docs --check

docs: $(READY)  ## write the generated documents
	$(BIN)/python -m peakguard.render.own_codes
	$(BIN)/peakguard docs

generate: docs  ## the same

bench: $(READY)  ## measurements; see docs/performance.md
	$(BIN)/python -m pip install --quiet --requirement tests/benchmarks/requirements.txt
	$(BIN)/python -m tests.benchmarks.startup
	$(BIN)/python -m tests.benchmarks.scalar_rules
	$(BIN)/python -m tests.benchmarks.columnar_rules
	$(BIN)/python -m tests.benchmarks.context
	$(BIN)/python -m tests.benchmarks.guards
	$(BIN)/python -m tests.benchmarks.journal
	$(BIN)/python -m tests.benchmarks.store
	$(BIN)/python -m tests.benchmarks.cache
	$(BIN)/python -m tests.benchmarks.runs
	$(BIN)/python -m tests.benchmarks.logs
	$(BIN)/python -m tests.benchmarks.resilience
	$(BIN)/python -m tests.benchmarks.outages
	$(BIN)/python -m tests.benchmarks.invariants

bench-contracts:  ## contracts beside other tools, 10 M rows; takes a quarter of an hour and 8 GB of memory
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --editable '.[data]' --requirement tests/benchmarks/contracts/requirements.txt
	.venv-bench/bin/python -m tests.benchmarks.contracts --peers --rounds 3
	.venv-bench/bin/python -m tests.benchmarks.contracts.small --peers

mutants: $(READY)  ## faults put into the product on purpose; each must be caught
	$(BIN)/python -m tests.mutation

mutation-score: $(READY)  ## mutants that nobody chose, of the core modules; for a scheduled run, see docs/mutation.md
	$(BIN)/python -m pip install --quiet --requirement tests/mutation/requirements.txt
	$(BIN)/python -m tests.mutation.score $(SCORE)

diagnosis: $(READY)  ## what the first error alone says of 86 planted faults; see docs/diagnosis.md
	$(BIN)/python -m tests.diagnosis

gate: $(READY)  ## the checks that a change must pass: policies, documents, difference, rule tests, critical paths
	$(BIN)/peakguard gate

fuzz: $(READY)  ## a million generated inputs through the whole check
	$(BIN)/python -m tests.fuzz --inputs 1000000

clean:  ## remove what was installed and cached
	rm -rf $(VENV) .venv-bench .peakguard .pytest_cache .mypy_cache .ruff_cache build *.egg-info
