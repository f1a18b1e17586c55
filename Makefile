# Every command of the house. Each sets up what it needs: a fresh machine with Python 3.11+, git and make is enough.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV ?= .venv
PY := $(VENV)/bin/python
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev
WEB_READY := mailbox/web/dist/manifest.json
WEB_SOURCES := $(shell find mailbox/web policies/data crypto/private/words.txt -type f -not -path '*/node_modules/*' \
	-not -path '*/dist/*' -not -path '*/tests/*' 2>/dev/null)
ARGS ?=
INSTALL ?=
export INSTALL
export PYTHONPATH := $(CURDIR):$(CURDIR)/mailbox/python
unexport MAKEFLAGS
# Every process of the tests compiling all modules for itself would cost minutes.
unexport PYTHONDONTWRITEBYTECODE
# Where package managers put PostgreSQL without linking it.
space := $(subst ,, )
SERVERS := $(wildcard /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin)
export PATH := $(PATH)$(subst $(space):,:,$(foreach folder,$(SERVERS),:$(folder)))

CODE := crypto policies storage hub mailbox/python/keyholder demo
SPACES := $(wildcard $(CODE) tests bench)
# What is measured line by line, by tests that only compute; and all others, which also wait for servers.
MEASURED := $(wildcard tests/crypto tests/policies)
OTHERS := tests $(foreach folder,$(MEASURED),--ignore=$(folder))
WORKERS ?= 2
PYTEST := $(PY) -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

.PHONY: help demo serve web test check bench screenshots fuzz fuzz-web routes format lock wheel set-up clean

help: ## List these commands
	@echo "Kith: the commands, each of which sets up what it needs."
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

demo: $(RUN_READY) $(WEB_READY) ## Play an invented story through a running hub, then keep it running (ARGS="--help" for options)
	@$(PY) -m demo $(ARGS)

serve: $(RUN_READY) $(WEB_READY) ## Run a hub on its embedded defaults (ARGS="--help" for options)
	@$(PY) -m hub serve $(ARGS)

web: $(WEB_READY) ## Build the web mailbox into mailbox/web/dist, where anything it is made of has changed

test: $(DEV_READY) $(WEB_READY) ## Everything: the checks, then every test against real servers
	@sh scripts/system-packages
	@$(MAKE) --no-print-directory -j 2 check-python check-web test-web
	$(PYTEST) --cov --cov-report=term $(MEASURED) $(ARGS)
	$(PYTEST) $(OTHERS) $(ARGS)

check: check-python check-web $(WEB_READY) ## The fast part: style, types, layers, and the tests that need no server
	$(PYTEST) -q $(MEASURED) $(wildcard tests/architecture)

.PHONY: check-python check-web test-web
test-web: $(WEB_READY)
	sh scripts/with-node $(VENV) node node_modules/vitest/vitest.mjs run --silent --reporter=minimal 2>&1

check-python: $(DEV_READY)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(SPACES)
	$(VENV)/bin/lint-imports

check-web: $(WEB_READY)
	sh scripts/with-node $(VENV) node node_modules/typescript/bin/tsc --noEmit
	sh scripts/with-node $(VENV) node node_modules/prettier/bin/prettier.cjs --check --log-level warn .

bench: $(DEV_READY) ## Measure speed as ratios to raw limits (ARGS="--help" for options)
	@$(PY) -m bench $(ARGS)

screenshots: $(DEV_READY) $(WEB_READY) ## Take a picture of every screen, desktop and phone, into var/pictures
	@sh scripts/system-packages
	@$(PY) -m tests.browser.screenshots $(ARGS)

fuzz: $(DEV_READY) ## Throw generated input at every parser (ARGS="--help" for options)
	@$(PY) -m tests.fuzz $(ARGS)

fuzz-web: $(DEV_READY) $(WEB_READY) ## Throw generated input at every parser of the web mailbox (ARGS="--inputs N --seed S parser ...")
	@sh scripts/with-node $(VENV) node tests/fuzz/run.mjs $(ARGS)

routes: $(RUN_READY) ## Print method, path, who may call it, file and line of every route
	@$(PY) -m hub routes $(ARGS)

format: $(DEV_READY) $(WEB_READY) ## Lay out and tidy the code
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	sh scripts/with-node $(VENV) node node_modules/prettier/bin/prettier.cjs --write --log-level warn .

lock: $(DEV_READY) ## Choose the newest allowed versions and pin them by hash in requirements/
	@sh scripts/lock

wheel: $(DEV_READY) $(WEB_READY) ## Build the installable package into dist/
	$(PY) -m hatchling build -t wheel

set-up: $(DEV_READY) $(WEB_READY) ## Make the environment, install and build everything, and nothing else

$(RUN_READY): requirements/run.txt scripts/set-up
	@sh scripts/set-up $(VENV) run

$(DEV_READY): requirements/dev.txt scripts/set-up
	@sh scripts/set-up $(VENV) dev

$(WEB_READY): $(WEB_SOURCES) scripts/build-web scripts/with-node | $(RUN_READY)
	@sh scripts/build-web $(VENV)
	@touch $@

clean: ## Remove the environment, caches and builds (not a demo's data)
	rm -rf $(VENV) build dist mailbox/web/dist mailbox/web/node_modules hub/website .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
