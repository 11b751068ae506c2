# Each target works as the first command in a fresh clone: it makes the environment it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo sabotage test check format bench clean

demo: $(VENV)/.run  ## the whole drill on the embedded engine, with captions; plain lines where there is no terminal
	@$(BIN)/qdrill demo

sabotage: $(VENV)/.run  ## the second act: three small damages, and the drill must fail
	@$(BIN)/qdrill demo --sabotage

test: $(VENV)/.dev  ## all tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.dev  ## lint, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev  ## against a Qdrant server; see benchmarks/README.md
	@$(BIN)/python -m benchmarks

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "qdrill needs Python 3.11 or newer; name one with make PYTHON=...")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing qdrill into $(VENV) ..." >&2
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing qdrill and its tests into $(VENV) ..." >&2
	@$(PIP) install --constraint constraints.txt --editable ".[dev,web,api]"
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) .qdrill build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
