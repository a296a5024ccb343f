# Everything that a newcomer types. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

TOOLS := .milkrun
UV := $(TOOLS)/bin/uv
PYTHON := $(TOOLS)/python
VENV := .venv/.ready
CLOUD := $(TOOLS)/envs/cloud/.ready
SAM := $(TOOLS)/envs/sam/.ready
MILKRUN := .venv/bin/milkrun
# Side by side where the tests need nothing but a processor, the longest first.
FAST_TESTS := .venv/bin/python -m pytest --quiet --numprocesses auto --dist worksteal -p no:schemathesis
# Each group (tests/conftest.py) has a cloud to itself, the longest first. Clouds wait more than they work.
CLOUD_TESTS := .venv/bin/python -m pytest --quiet --numprocesses 3 --dist loadscope --no-loadscope-reorder
export UV_NO_PROGRESS ?= 1
# What the caller set up for Pythons of their own must not reach ours.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

.PHONY: help up down demo demo-strangler test unit lint format bench bench-graph envs clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

up: envs ## Start the local cloud and release every service onto it (PERSIST_STATE=1 keeps its state over `make down`)
	@$(MILKRUN) up

down: ## Stop the local cloud and free its ports
	@if [ -x $(MILKRUN) ]; then $(MILKRUN) down; else echo "The local cloud is not running: nothing was ever built here."; fi

demo: envs ## Show a good release and a bad one, under traffic, on the running cloud
	@$(MILKRUN) demo

demo-strangler: envs ## Replace an old service behind a graphlet by a serverless one, under load, on the running cloud
	@$(MILKRUN) demo-strangler

test: envs ## Prove everything; starts a local cloud of its own where it needs one
	@$(FAST_TESTS) tests/properties tests/contract tests/unit
	@$(CLOUD_TESTS) tests/e2e tests/integration/sam_local tests/integration/imdb tests/release tests/integration

unit: $(VENV) ## Run the fast tests alone: no cloud, no network
	@$(FAST_TESTS) tests/unit

lint: envs ## Check style, types and templates
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/cfn-lint

format: $(VENV) ## Rewrite the code as the linter wants it
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

bench: envs ## Print how fast it is: make up, and what a release costs beside deploy and bake
	@.venv/bin/python -m bench up

bench-graph: envs ## Print how fast the gateway and the schema checks are, beside Apollo's and Hive's gateways (needs npm and wrk)
	@.venv/bin/python -m bench graph checks

envs: $(VENV) $(CLOUD) $(SAM)

clean: down ## Remove everything that was built here
	@rm -rf .venv .milkrun .aws-sam

$(UV): milkrun/local/get_uv.py
	@python3 -I milkrun/local/get_uv.py >/dev/null
	@touch $@

$(PYTHON): milkrun/local/find_python.py | $(UV)
	@python3 -I milkrun/local/find_python.py $(UV) > $@.new
	@mv $@.new $@

$(VENV): uv.lock pyproject.toml | $(UV) $(PYTHON)
	@echo "Installing the project's environment …" >&2
	@$(UV) sync --quiet --frozen --python "$$(cat $(PYTHON))"
	@touch $@

$(TOOLS)/envs/%/.ready: milkrun/local/envs/%.txt | $(UV) $(PYTHON)
	@echo "Installing the environment of the $* …" >&2
	@$(UV) venv --quiet --clear --python "$$(cat $(PYTHON))" $(@D)
	@$(UV) pip install --quiet --require-hashes --python $(@D)/bin/python -r $<
	@touch $@
