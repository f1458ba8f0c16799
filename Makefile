# The few words of the project. Each sets up what it needs in .venv; CI calls only these.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The constraints pin a CPU build of torch: without them a resolver pulls gigabytes of CUDA packages.
INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt

NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
# An environment of an older Python is made anew.
define VENV_IS_THERE
@$(PYTHON) $(NEW_ENOUGH) || { \
	echo "make: Python 3.11 or newer is needed (got $$($(PYTHON) --version 2>&1))." \
		"Say which: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
@echo "setting up $(VENV), which takes about a minute"
@$(BIN)/python $(NEW_ENOUGH) 2>/dev/null || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
endef

.PHONY: demo test test-slow check fmt bench clean

demo: $(VENV)/.detectors ## one photograph, seven faults: which is chosen, and why
	$(BIN)/selector demo --report selector-demo/report.html

test: $(VENV)/.dev ## all tests but the long ones
	$(BIN)/python -m pytest -m "not slow" -n auto --maxprocesses 4 --dist loadfile

test-slow: $(VENV)/.dev ## the long repetitions too
	HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest

check: $(VENV)/.dev ## lint, format, types, import rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(VENV)/.dev ## format, and rewrite what is generated
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/selector policy schema > policies/policy.schema.json

bench: $(VENV)/.dev $(VENV)/.cleanvision ## how fast and how large, against what; an hour
	@for name in filters engine imports memory judges journal replay drift certified scaled label_model \
		selector_efficiency calibrate; do \
		$(BIN)/python -m benchmarks.$$name || exit 1; echo; \
	done
	@$(BIN)/python -m benchmarks.against_cleanvision $(VENV)/cleanvision/bin/python
	@$(BIN)/python -m benchmarks.batch --python $(VENV)/cleanvision/bin/python

clean:
	rm -rf $(VENV) selector-demo

$(VENV)/.detectors: pyproject.toml constraints.txt
	$(VENV_IS_THERE)
	@$(INSTALL) --editable ".[detectors]"
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt
	$(VENV_IS_THERE)
	@$(INSTALL) --editable ".[dev]"
	@touch $@

# An environment of its own: it is under the AGPL, so nothing of the project may depend on it.
$(VENV)/.cleanvision: | $(VENV)/.dev
	@$(PYTHON) -m venv $(VENV)/cleanvision
	@$(VENV)/cleanvision/bin/python -m pip install --quiet cleanvision==0.3.7 --constraint constraints.txt
	@touch $@
