PYTHON ?= python3
PORT ?= 8000
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-$(shell cat requirements.txt requirements-dev.txt 2>/dev/null | cksum | cut -d' ' -f1)

.DEFAULT_GOAL := help
.PHONY: help run test test-long guides statistics lint fix types imports check browser assets lock

help: ## What can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: $(STAMP) assets ## Set up and start the portal on http://127.0.0.1:8000 (PORT=... changes it)
	@PORT=$(PORT) $(BIN)/python -m lms.serve

test: $(STAMP) browser assets ## The whole test suite
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-long: $(STAMP) browser assets ## Simulations and races (SEEDS=... sets how many rounds)
	@$(BIN)/python -m pytest -m long -n 2

guides: $(STAMP) browser assets ## Take the pictures of docs/guides anew
	@GUIDES=1 $(BIN)/python -m pytest -m long tests/journeys/test_guides.py

statistics: $(STAMP) ## Compare reports on well-known data with R's numbers; renews the table in docs/statistics.md
	@STATISTICS=1 $(BIN)/python -m pytest tests/references

lint: $(STAMP) ## Style of Python and templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint templates --lint --quiet

fix: $(STAMP) ## Put right what lint can put right
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

types: $(STAMP) ## Static types
	@$(BIN)/mypy lms courses assessments certificates cms_pages

imports: $(STAMP) ## The layers: who may import whom
	@$(BIN)/lint-imports

check: $(STAMP) ## Missing migrations, Django's checks
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py check

lock: $(STAMP) ## Renew the lock files from pyproject.toml
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

assets: $(STAMP)
	@$(BIN)/python -m lms.assets

# What the tests look with, from Debian: a browser, a reader of PDFs, and Java with the Nu HTML
# checker (npm) that runs on it. Installed when we may, named when not.
LOOKING := chromium-headless-shell poppler-utils default-jre-headless
browser: $(STAMP)
	@if command -v chromium-headless-shell >/dev/null 2>&1 && command -v pdftoppm >/dev/null 2>&1 && command -v java >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
		echo "Installing $(LOOKING) for the tests ..."; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(LOOKING) >/dev/null; \
	elif [ "$$CI" = true ]; then echo "one of $(LOOKING) is missing and cannot be installed here" >&2; exit 1; \
	else echo "one of $(LOOKING) is missing: the tests that need it are skipped (apt-get install $(LOOKING))"; fi
	@$(BIN)/python -m lms.assets --tests || [ "$$CI" != true ]

$(STAMP): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed (PYTHON=... names one)")'
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@rm -f $(VENV)/.installed-*
	@touch $@
