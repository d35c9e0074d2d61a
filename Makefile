# Each target does its own set-up; needs Python >= 3.11 with venv, and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# compileall: else every start compiles anew where bytecode may not be written
define install
@$(BIN)/python -m pip install -qq --disable-pip-version-check $(1)
@$(BIN)/python -m compileall -q src
@$(BIN)/python -c 'from eligo.machine_code import PARTS, is_compiled; print("machine code of", ", ".join(filter(is_compiled, PARTS)) or "nothing: no C compiler?")'
endef

.PHONY: demo serve test check lint format compile spark cohort dictionary bench fuzz kills scale proof record screenshot clean

demo: $(VENV)/.run ## screen an example patient against all trials
	@# exit codes 3 and 4 say that nobody is eligible; the demo shows the answer, it does not judge it
	@$(BIN)/eligo screen patients_examples/low_platelets.json; code=$$?; [ $$code -ne 1 ] && [ $$code -ne 2 ]

serve: $(VENV)/.web ## the workbench in the browser, with the example patients
	@$(BIN)/eligo serve --records patients_examples --as-of 2026-11-20

test: $(VENV)/.dev ## run all tests, on all cores, the linter and the type checker
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(VENV)/.dev ## the linter and the type checker alone
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

record: $(VENV)/.dev ## re-record the goldens; read every changed line before committing
	@$(BIN)/python -m pytest --record -q

screenshot: $(VENV)/.dev ## take the picture of the README anew; needs Chromium
	@$(BIN)/python -m tests.screenshot

compile: $(VENV)/.dev ## make the reader's machine code anew after a change of its sources; without it they run as they are
	$(call install,--no-deps --editable .)

bench: compile ## print the figures of accuracy and speed as a table, and write them as JSON
	@$(BIN)/python -m bench

spark: $(VENV)/.dev ## add Spark for the test of a cohort's SQL (450 MB; needs Java)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[spark]'

cohort: $(VENV)/.dev ## a million synthetic patients against the shipped trials: seconds, memory, and a query by hand beside
	@$(BIN)/python -m bench.cohort measure

dictionary: $(VENV)/.dev ## make the dictionary's table anew of open terminologies; downloads 200 MB, and throws them away
	@$(BIN)/python -m vocabularies.build

INPUTS ?= 20000
MOMENTS ?= 200
SEED ?= 1
PART ?= 1/1
fuzz: compile ## try hostile inputs of every kind and laws over random patients (INPUTS=2000000 SEED=7 for other ones, PART=1/8 for a part)
	@$(BIN)/python -m bench.fuzz --inputs $(INPUTS) --seed $(SEED) --part $(PART) --json build/fuzz-$(SEED)-$(subst /,of,$(PART)).json

kills: $(VENV)/.dev ## kill eligo at random moments and fill its disk (Linux; MOMENTS=2000 SEED=7 for other ones)
	@$(BIN)/python -m bench.kills --moments $(MOMENTS) --seed $(SEED)

scale: $(VENV)/.dev ## give inputs of every kind twice the size, and print how many times the seconds that takes
	@$(BIN)/python -m bench.scale

proof: $(VENV)/.dev ## try ten thousand small worlds of each kind against trying everything (an hour)
	@$(BIN)/python -m bench.proof

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml hatch_build.py | $(VENV)/bin/python
	@echo "setting up $(VENV), and making machine code: three minutes ..."
	$(call install,--editable .)
	@touch $@

$(VENV)/.web: pyproject.toml hatch_build.py | $(VENV)/bin/python
	@echo "setting up $(VENV) for the workbench: three minutes ..."
	$(call install,--editable '.[web]')
	@touch $@ $(VENV)/.run

$(VENV)/.dev: pyproject.toml hatch_build.py | $(VENV)/bin/python
	@echo "setting up $(VENV) for development ..."
	$(call install,--editable '.[dev]')
	@touch $@ $(VENV)/.run $(VENV)/.web

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build
