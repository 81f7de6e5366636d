# The verbs of this house. `make` alone prints them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo test test-slow check lint fix types floors docs docs-check snapshots cases new changelog bench lock clean

help: ## print the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

# ------------------------------------------------------------ set-up

$(VENV)/made:
	@$(PYTHON) tools/make_venv.py $(VENV)
	@touch $@

$(VENV)/prod: $(VENV)/made requirements/prod.lock pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/prod.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: $(VENV)/prod requirements/dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

setup: $(VENV)/prod ## make .venv and install what the program needs
setup-dev: $(VENV)/dev ## the same, with what tests and checks need

# ------------------------------------------------------------ use

demo: $(VENV)/prod ## make two databases with planted defects, validate them, write the report
	@$(BIN)/ombudsman demo

# ------------------------------------------------------------ checks

test: $(VENV)/dev ## run all tests
	@$(BIN)/python -m pytest -n $(JOBS) -m "not slow"

test-slow: $(VENV)/dev ## run the slow suites
	@$(BIN)/python -m pytest -m slow

lint: $(VENV)/dev ## style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

fix: $(VENV)/dev ## mend style where a machine can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(VENV)/dev ## mypy strict
	@$(BIN)/mypy
	@$(BIN)/mypy --config-file pyproject.toml tests benchmarks tools

floors: $(VENV)/dev ## imports fall, nothing looks up
	@$(BIN)/lint-imports

docs: $(VENV)/dev ## write the generated reference pages and schemas
	@$(BIN)/python tools/make_docs.py

docs-check: $(VENV)/dev
	@$(BIN)/python tools/make_docs.py --check

check: lint types floors docs-check test ## all that a commit must pass

snapshots: $(VENV)/dev ## write the SQL of every validator on every engine anew
	@$(BIN)/python -m tests.validators.sql_snapshots

cases: $(VENV)/dev ## play the cases of one validator: make cases V=validate_scd2
	@$(BIN)/python -m pytest -q tests/validators/test_cases.py -k "$(V)"

new: $(VENV)/dev ## begin a validator: make new V=validate_x F=dq
	@$(BIN)/python tools/new_validator.py "$(V)" "$(F)"

changelog: $(VENV)/dev ## at a release: make changelog VERSION=0.1.0
	@$(BIN)/python tools/make_changelog.py "$(VERSION)"

bench: $(VENV)/dev ## measure; writes benchmarks/results/*.json
	@$(BIN)/python -m benchmarks

lock: $(VENV)/dev ## resolve the newest set and write the locks
	@for set in prod dev tpcds tpc snowflake_standin; do \
	  $(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --no-emit-index-url --quiet --output-file requirements/$$set.lock requirements/$$set.in; done

clean: ## remove the virtual environment and caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache ombudsman-demo
