# One command each; `make` alone says which.
#
#   make demo OUT=folder LANGUAGE=en
#
# LANGUAGE is also a common environment variable of the system (en_US:en), so it counts only when it
# is given on make's own command line.

VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
STAMP  := $(VENV)/.installed
OUT    ?= demo-out
TESTS  ?= tests

ifeq ($(origin LANGUAGE),command line)
SPOKEN := $(LANGUAGE)
else
SPOKEN := nl
endif

# The first Python that is new enough: 3.11 or later.
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $(name))))

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench model lock clean

help: ## say what there is to make
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

setup: $(STAMP) ## set everything up in .venv

demo: $(STAMP) ## hold a whole session with a simulated group (OUT=folder, LANGUAGE=nl)
	$(BIN)/intervisie demo --out "$(OUT)" --language "$(SPOKEN)"

test: $(STAMP) ## run all tests (TESTS=tests/core for some of them)
	$(BIN)/python -m pytest $(TESTS)

check: $(STAMP) ## layout, lint, types, import floors, and all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(TESTS)

bench: $(STAMP) ## measure: lateness, start-up, processor use
	$(BIN)/python -m tests.bench

model: $(STAMP) ## make the demonstration speech model anew (hours; see tools/speech_model/README.md)
	$(PIP) install --quiet --editable ".[training]"
	$(BIN)/python -m tools.speech_model all

lock: $(STAMP) ## renew requirements.lock (needs uv)
	printf 'hatchling\neditables\n' | uv pip compile pyproject.toml - --extra dev --universal \
		--upgrade --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock' --quiet --output-file requirements.lock

clean: ## remove .venv and everything else that was made
	rm -rf $(VENV) demo-out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Everything comes from the lock file, checked by hash; the project itself is put in last, as it
# stands here, with the build tool that was just installed: nothing is fetched unseen.
$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "intervisie: Python 3.11 or later was not found."; \
		echo "  Install it: sudo apt install python3 python3-venv"; exit 1; }
	@$(PIP) --version >/dev/null 2>&1 || $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "intervisie: $(PYTHON) cannot make a virtual environment."; \
		echo "  Install what it lacks: sudo apt install python3-venv"; exit 1; }
	@$(PIP) --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing (about 450 MB the first time) ..."
	@$(PIP) install --quiet --require-hashes --requirement requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
