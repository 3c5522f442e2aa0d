# Every target sets up what it needs: Python >= 3.11 with venv, and make, are enough.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
UV     := .tools/bin/uv
BIN    := .venv/bin
HOME_FOLDER := $(or $(BRIEFINGS_HOME),$(CURDIR)/warehouse)
# The project's own sample, unless INPUT names a folder of real pages.
INPUT  ?= tests/fixtures/sample
TRAINING_HOME := .tools/training

export BRIEFINGS_HOME := $(HOME_FOLDER)
export DAGSTER_HOME   ?= $(HOME_FOLDER)/.dagster
export DO_NOT_TRACK   := 1

.PHONY: help setup run test test-fast check format ui nightly report picture explore sql docs manifest bench dictionary eval train lock clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Needs Python 3.11 or later; say which with make PYTHON=…"; exit 2; }
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv

.venv/.installed: requirements.lock pyproject.toml | $(UV)
	test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
	$(UV) pip sync --quiet --require-hashes requirements.lock
	$(UV) pip install --quiet --no-deps --editable .
	touch $@

setup: .venv/.installed  ## install everything into .venv

run: setup  ## ingest INPUT (default: the sample), refresh, show the marts' first rows, make the report page
	@$(BIN)/briefings ingest "$(INPUT)" || [ $$? -eq 1 ]
	@$(BIN)/briefings refresh || [ $$? -eq 1 ]
	@$(BIN)/briefings tour
	@$(BIN)/briefings report

test: setup  ## all tests, fast ones first, WORKERS=2 files at a time
	$(BIN)/pytest -n $(or $(WORKERS),2) --dist loadfile --no-loadscope-reorder tests/unit tests/integration tests/eval

test-fast: setup  ## unit tests only
	$(BIN)/pytest tests/unit

check: setup  ## format, lint, types, SQL
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint dbt/models dbt/tests --disable-progress-bar
	$(BIN)/sqlfluff lint --config dbt/.sqlfluff warehouse/queries --disable-progress-bar

format: setup  ## put code and SQL into the agreed form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix dbt/models dbt/tests --disable-progress-bar
	$(BIN)/sqlfluff fix --config dbt/.sqlfluff warehouse/queries --disable-progress-bar

$(DAGSTER_HOME)/dagster.yaml: pipelines/defs/dagster.yaml
	mkdir -p $(@D)
	cp $< $@

ui: setup $(DAGSTER_HOME)/dagster.yaml  ## the Dagster UI on http://127.0.0.1:3000 (PORT=…), ingesting INPUT or the sample
	$(if $(filter command line,$(origin INPUT)),BRIEFINGS_INPUT="$(abspath $(INPUT))") $(BIN)/dagster dev --module-name pipelines.definitions --host 127.0.0.1 --port $(or $(PORT),3000)

nightly: setup  ## the UI, with a daemon that crawls, refreshes and publishes every night (PORT=…, deploy/README.md)
	$(BIN)/python -m pipelines.defs.service --port $(or $(PORT),3000)

report: setup  ## the report page of the published file; prints its path
	@$(BIN)/briefings report

picture: setup  ## docs/report.png, the sample's report as README shows it; needs Chromium
	$(BIN)/python -m tests.picture

explore: setup  ## search, read and cite exchanges in the browser (PORT=…, by default 8765)
	@$(BIN)/briefings explore $(if $(PORT),--port $(PORT))

# DuckDB's own shell: one package of the same version, which shows comments and completes names. Harlequin would bring 25 packages more and needs another
# version of click. It opens the file read-only, and a refresh replaces the file by rename, so a session is never in the way; it keeps the data that it opened.
sql: setup  ## a SQL shell on the published file, read-only (.quit leaves it)
	@test -f "$(HOME_FOLDER)/briefings.duckdb" || { echo "Nothing is published in $(HOME_FOLDER) yet. Type: make run (the sample), or briefings ingest PATH and briefings refresh"; exit 2; }
	@echo "Tables: core.*, marts.*, vocabulary.*   from marts.coverage limit 5;"
	@echo "What they hold: select table_name, comment from duckdb_tables() where schema_name = 'marts';   .read warehouse/queries/latest_briefings.sql"
	@$(BIN)/duckdb -readonly -cmd "set autoinstall_known_extensions = false" "$(HOME_FOLDER)/briefings.duckdb"

docs: setup  ## dbt's pages on models, columns and lineage, for a browser and without network
	@$(BIN)/python -m pipelines.publish.docs

bench: setup  ## pages/s by stage, and wall time and memory of a whole refresh
	$(BIN)/python -m tests.bench $(INPUT)

dictionary: setup  ## renew the data dictionary and dbt's descriptions of the lake from the contracts
	$(BIN)/python -m pipelines.publish.dictionary

eval: setup  ## score the codebook on labelled exchanges; a fall fails, a rise is recorded
	$(BIN)/python -m tests.evaluate $(LABELS)

train: setup  ## train the codebook's filters on labelled exchanges and measure every code; takes some minutes
	@# The project's own labels point into the pages, so these are refreshed first; which pages matters little, the words are checked.
	$(BIN)/briefings --home $(TRAINING_HOME) ingest $(or $(CORPUS),../shared/corpus)
	$(BIN)/briefings --home $(TRAINING_HOME) refresh || test $$? = 1
	$(BIN)/python -m pipelines.annotate.training $(or $(LABELS),../shared/eval) --home $(TRAINING_HOME)

lock: $(UV)  ## renew requirements.lock from pyproject.toml
	@# uv reads the groups of a project that it manages only; ours says that it does not.
	mkdir -p .tools/lock
	sed '/^managed = false/d' pyproject.toml > .tools/lock/pyproject.toml
	$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header .tools/lock/pyproject.toml --group .tools/lock/pyproject.toml:dev --output-file requirements.lock

clean:  ## remove what was installed and built, never the data
	rm -rf .venv .tools dbt/target dbt/logs
