# seisfill: plain venv and pip, so that torch is the CPU build of constraints.txt and nothing else is fetched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help demo test check format benchmark bench fuzz kills

help:  ## show this help
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "seisfill needs Python 3.11 or newer: make PYTHON=python3.11"; rm -rf $(VENV); exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt "$$(grep '^torch==' constraints.txt)"
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(STAMP)

demo: $(STAMP)  ## the main job: fill an embedded survey; files and figures in out/
	$(BIN)/seisfill demo --out out

test: $(STAMP)  ## all tests, doctests and examples; coverage must reach 90 %
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --cov --cov-fail-under=90

check: $(STAMP)  ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy seisfill

format: $(STAMP)  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmark: $(STAMP)  ## every filler on the field files of SEISFILL_DATA or ../shared/data and on synthetic gathers (hours)
	SEISFILL_DATA=$${SEISFILL_DATA:-../shared/data} $(BIN)/seisfill benchmark configs/benchmark.toml --out runs/benchmark

bench: $(STAMP)  ## what seisfill costs: fillers, index, whole files beside cp, memory, workers; SEISFILL_BENCH_GB=0.1,1,4
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@mkdir -p runs
	$(BIN)/python -m pytest tests/bench -o addopts= -o python_files='bench_*.py' -o python_functions='bench_*' -q \
		--benchmark-json runs/bench.json $(ARGS)
	$(BIN)/python -m tests.bench.table runs/bench.json

fuzz: $(STAMP)  ## 100,000 mutated SEG-Y and SU files (20 minutes); ARGS="--cases 1000 --seed 2" for others
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.fuzz $(ARGS)

kills: $(STAMP)  ## a fill that is killed 50 times at random moments and goes on each time; its sha256 beside an undisturbed one's
	$(BIN)/python -m tests.kills --times 50
