# The one door. `make demo` shows the town, `make test` proves it, `make check` is what CI runs.
# Baseline: Debian 12 (or its like) with python3 ≥ 3.11, make, python3-venv and ca-certificates.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
BESIDE := -n 2 --dist loadfile --no-loadscope-reorder
AGAIN  := -n 0 --last-failed --last-failed-no-failures none --maxfail 1
UV     := uv==0.13.9
OUT    ?= shots
DATA   ?= ../shared/realdata/boston

.DEFAULT_GOAL := help
.PHONY: help demo test check lint bench shots bless boston setup system clean
.NOTPARALLEL:

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

# `exec` and WANGGE_FOLLOW_PARENT: however make ends, the demo ends too.
demo: setup ## start the invented town and print where to look
	@WANGGE_FOLLOW_PARENT=1 exec $(BIN)/wangge demo

boston: setup ## build a site from the files of DATA=dir and start it, replaying
	@WANGGE_FOLLOW_PARENT=1 exec $(BIN)/wangge boston "$(DATA)"

# What failed is run once more, alone: DECISIONS.md 58.
test: setup system ## all tests, the browser's last
	$(PYTEST) $(BESIDE) --ignore tests/browser || $(PYTEST) $(AGAIN) --ignore tests/browser
	$(PYTEST) $(BESIDE) tests/browser || $(PYTEST) $(AGAIN) tests/browser

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

check: lint test ## what CI runs

bench: setup ## the figures; BENCH=--json for a program
	@$(BIN)/python -m tests.benchmarks $(BENCH)

shots: setup system ## pictures of every page into OUT=dir
	$(BIN)/python -m tests.browser.shots "$(OUT)"

bless: setup ## renew the generated files, so that the change is reviewed
	$(BIN)/python -m tests.bless

setup: $(VENV)/.installed

# uv needs a sixth of pip's time; where it cannot reach the packages, pip goes its own way.
$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the packages of requirements.lock into $(VENV)"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip --upgrade >/dev/null
	@export PIP_DISABLE_PIP_VERSION_CHECK=1 UV_NATIVE_TLS=1 UV_NO_PROGRESS=1; \
	{ $(BIN)/python -m pip install --quiet "$(UV)" && $(BIN)/uv pip install --quiet --python $(BIN)/python --requirement requirements.lock; } 2>$(VENV)/uv.log \
	|| $(BIN)/python -m pip install --quiet --requirement requirements.lock
	@export PIP_DISABLE_PIP_VERSION_CHECK=1 UV_NATIVE_TLS=1 UV_NO_PROGRESS=1; \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable . 2>>$(VENV)/uv.log \
	|| $(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

# What the tests need from the system: a browser and a Chinese font. PostGIS comes by itself.
system: $(VENV)/.system
$(VENV)/.system: $(VENV)/.installed
	@$(BIN)/python -m tests.system
	@touch $@

clean: ## remove what make made, but not the store
	rm -rf $(VENV) build shots *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
