# The few words of the project. Each sets up what it needs in .venv; CI calls only these.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The constraints pin a CPU build of torch: without them a resolver pulls gigabytes of CUDA packages.
INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt

.PHONY: demo test test-slow check fmt clean

demo: $(VENV)/.detectors ## one photograph, seven faults: which is chosen, and why
	$(BIN)/selector demo

test: $(VENV)/.dev ## all tests but the long ones
	$(BIN)/python -m pytest -m "not slow"

test-slow: $(VENV)/.dev ## the long repetitions too
	$(BIN)/python -m pytest

check: $(VENV)/.dev ## lint, format, types, import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(VENV)/.dev ## format, and rewrite what is generated
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/selector policy schema > policies/policy.schema.json

clean:
	rm -rf $(VENV) selector-demo

$(VENV)/.detectors: pyproject.toml constraints.txt
	@echo "setting up $(VENV), which takes about a minute"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) --editable ".[detectors]"
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt
	@echo "setting up $(VENV), which takes about a minute"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) --editable ".[dev]"
	@touch $@
