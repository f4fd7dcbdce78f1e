# Needs make and Python 3.11 or later, nothing else: `make demo`, `make test`.
# PYTHON=python3.12 make ... chooses the interpreter, VENV=folder another environment.
PYTHON ?= python3
VENV   ?= .venv
# Two workers: the suite is mostly short tests, and each worker pays the import of JAX once. Each begins with one half
# of the tests in their order, so that what a file derives once is derived by one of them; who is done first steals.
PYTEST_WORKERS ?= 2
PYTEST := $(VENV)/bin/python -m pytest -q -n $(PYTEST_WORKERS) --dist worksteal

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Two calls at once must not install into one environment together; without flock they just may not overlap.
LOCK := $(if $(shell command -v flock 2>/dev/null),flock $(VENV).lock)

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint bench docs lock clean

help:
	@echo "make demo      build $(VENV) and take the tour"
	@echo "make test      the test-suite, fast part"
	@echo "make test-all  the whole test-suite, against PyTorch too"
	@echo "make lint      style, types and the import contract"
	@echo "make bench     benchmarks, side by side with peers"
	@echo "make docs      the documentation, in site/"
	@echo "make lock      renew requirements/*.txt (UPGRADE=--upgrade for newer versions)"
	@echo "make clean     remove everything that was built"

# $(call install,SET,STAMPS): the pinned SET and this project into $(VENV). Not compiling what is installed saves
# most of the time; Python compiles what is imported, once. A call that waited for the lock finds the work done.
define install
@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "deltarule needs Python 3.11 or later (found %d.%d): make PYTHON=python3.12 ..." % sys.version_info[:2])'
@$(LOCK) sh -ec '\
	if [ $@ -nt requirements/$(1).txt ] && [ $@ -nt pyproject.toml ]; then exit 0; fi; \
	echo "installing requirements/$(1).txt into $(VENV)"; \
	$(BIN)/python -c "" 2>/dev/null || $(PYTHON) -m venv --clear $(VENV); \
	$(PIP) install -qq --no-compile --require-hashes -r requirements/$(1).txt; \
	$(PIP) install -qq --no-deps --no-build-isolation --editable .; \
	touch $(2)'
endef

$(VENV)/.demo: requirements/demo.txt pyproject.toml
	$(call install,demo,$@)

# The test set holds the demo set.
$(VENV)/.test: requirements/test.txt pyproject.toml
	$(call install,test,$@ $(VENV)/.demo)

$(VENV)/.docs: requirements/docs.txt pyproject.toml
	$(call install,docs,$@)

demo: $(VENV)/.demo
	@$(BIN)/deltarule tour

test: $(VENV)/.test
	$(PYTEST) -m "not slow"

# PyTorch comes by version, not by hash: see requirements/torch.txt. Without it its tests skip and say so.
test-all: $(VENV)/.test
	@$(BIN)/python -c "import torch" 2>/dev/null || $(LOCK) $(PIP) install -q --no-compile -r requirements/torch.txt \
		|| echo "PyTorch could not be installed: the tests that compare with it will skip" >&2
	$(PYTEST)

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

docs: $(VENV)/.docs
	$(BIN)/mkdocs build --strict

# One resolution for every Python from 3.11 and every platform; the larger sets keep the pins of the smaller.
COMPILE = $(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links $(UPGRADE) pyproject.toml --extra plots --group build
lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip --disable-pip-version-check install -qq "uv>=0.5"
	$(COMPILE) -o requirements/demo.txt
	$(COMPILE) --group test --group lint -c requirements/demo.txt -o requirements/test.txt
	$(COMPILE) --group docs -c requirements/test.txt -o requirements/docs.txt

clean:
	rm -rf $(VENV) $(VENV)-lock $(VENV).lock site dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
