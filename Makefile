# What people type; plain `make` lists it. ARGS passes flags on: make deploy ARGS=--yes
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

SETUP := .venv/.set-up
AUDIT := .tools/audit/.set-up
PYTHON := .venv/bin/python
STACKSETS := .venv/bin/stacksets
ARGS ?=

# What coverage is measured of: each line is held by a test of its own. The commands' tests and the other files of
# the conformance tests would double their time under it and reach no line more.
CONFORMANCE := service_managed imports drift auto_deployment account_gates templates
MEASURED := $(CONFORMANCE:%=tests/conformance/test_%.py) tests/integration/local tests/integration/control_plane \
            tests/integration/test_smoke.py tests/guard tests/golden tests/unit
SHORT := -m "not exhaustive and not account"
# Long files stand first, so that no process is left alone with one at the end.
BY_FILE := -n 2 --dist loadfile --no-loadscope-reorder
# The commands wait now and then, for operations and for one another.
BY_TEST := -n 3 --dist worksteal
# The exhaustive tests mostly wait: for operations, lags and calls that time out.
PATIENT := -n 4 --dist worksteal

# Where a container sets it, every process of the tests compiles again all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help local test test-all template resolve lint audit types fresh bootstrap plan deploy status \
        drift outputs smoke destroy bench clean on-local-aws

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

$(SETUP): setup.cfg pyproject.toml constraints.txt .ci/set-up
	@sh .ci/set-up $@

$(AUDIT): .ci/audit-requirements.txt .ci/set-up-audit
	@sh .ci/set-up-audit $@

local: $(SETUP) ## the main job on an embedded local AWS: no account, no docker
	@$(PYTHON) -m generator
	@$(MAKE) resolve
	@$(PYTHON) -m generator.checks
	@$(STACKSETS) local run -- $(MAKE) on-local-aws

# The very commands of an AWS account; only the two consents are given beforehand.
on-local-aws:
	@$(STACKSETS) bootstrap --yes
	@$(STACKSETS) deploy --yes
	@$(STACKSETS) smoke
	@$(STACKSETS) destroy --yes --allow-delete

test: $(SETUP) ## the tests with branch coverage, in a few minutes
	@$(PYTHON) -m coverage erase
	@$(PYTHON) -m coverage run -m pytest -q $(BY_FILE) $(SHORT) $(MEASURED) $(ARGS)
	@$(PYTHON) -m coverage combine -q
	@$(PYTHON) -m coverage report
	@$(PYTHON) -m pytest -q $(BY_TEST) $(SHORT) $(MEASURED:%=--ignore=%) $(ARGS)

test-all: $(SETUP) $(AUDIT) ## the exhaustive tests too
	@$(PYTHON) -m pytest -q $(PATIENT) -m "not account" $(ARGS)

template: $(SETUP) ## render templates/ and the counted pages of docs/ from generator/ and handler/
	@$(PYTHON) -m generator $(ARGS)

resolve: $(SETUP) ## write build/resolved/: the templates as each stack instance will see them
	@rm -rf build/resolved
	@$(STACKSETS) resolve --all-environments --out build/resolved

lint: $(SETUP) ## style, import rules, cfn-lint and cfn-guard
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m pylint --score=n generator handler stacksets
	@.venv/bin/lint-imports
	@.venv/bin/vermin --quiet --target=3.9- --violations --no-tips handler
	@! grep -nE '^[^#;].*[[:space:]]#' setup.cfg
	@$(MAKE) resolve
	@$(PYTHON) -m generator.checks

audit: $(SETUP) $(AUDIT) ## public scanners: checkov and cfn-lint-serverless
	@$(MAKE) resolve
	@$(PYTHON) -m generator.checks.audit

types: $(SETUP) ## mypy, strict
	@$(PYTHON) -m mypy

fresh: $(SETUP) ## fail where a committed template or counted page is not what the generator renders
	@$(PYTHON) -m generator --check

bootstrap: $(SETUP) ## AWS: what an account needs first (roles, API Gateway's account role)
	@$(STACKSETS) bootstrap $(ARGS)

plan: $(SETUP) ## AWS: what deploy would do
	@$(STACKSETS) plan $(ARGS)

deploy: $(SETUP) ## AWS: bring the stack set to what stacksets.toml says
	@$(STACKSETS) deploy $(ARGS)

status: $(SETUP) ## AWS: the stack set and every stack instance
	@$(STACKSETS) status $(ARGS)

drift: $(SETUP) ## AWS: what was changed past CloudFormation, resource by resource
	@$(STACKSETS) drift $(ARGS)

outputs: $(SETUP) ## AWS: the outputs of every stack instance
	@$(STACKSETS) outputs $(ARGS)

smoke: $(SETUP) ## AWS: call every endpoint and check its answer
	@$(STACKSETS) smoke $(ARGS)

destroy: $(SETUP) ## AWS: remove every stack instance and the stack set
	@$(STACKSETS) destroy $(ARGS)

bench: $(SETUP) ## figures as JSON in build/bench.json, load on the local AWS among them
	@$(MAKE) resolve
	@$(PYTHON) -m tests.bench $(ARGS)

clean: ## remove what the targets above have made
	@rm -rf .venv .tools build .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
