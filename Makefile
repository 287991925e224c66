# Variables for all of them, here or in .env: PORT, HOST, APP_DATA_DIR, DEMO_CONTACTS, DATABASE_URL (see .env.example).
.DEFAULT_GOAL := help
.PHONY: help run test test-faults check messages bench size screenshots stop clean lock

WITH_PYTHON := sh scripts/with_python.sh
FOR_RUN := $(WITH_PYTHON) scripts/prepare.py run
FOR_WORK := $(WITH_PYTHON) scripts/prepare.py dev
PYTHON_OF_VENV := .venv/bin/python

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile | expand -t 18

run: ## the whole product with demo data, until Ctrl-C (PORT=8000, DEMO_CONTACTS=20000)
	@$(FOR_RUN) && exec $(PYTHON_OF_VENV) -m scripts.run

test: ## all tests, those in a real browser too
	@$(FOR_WORK) && exec $(PYTHON_OF_VENV) -m scripts.test

test-faults: ## kill and crowd the database and the web processes under load (FAULTS_FULL=1 for minutes of it)
	@$(FOR_WORK) && exec $(PYTHON_OF_VENV) -m scripts.test_faults

check: ## format, lint, types, templates, migrations, settings, architecture
	@$(FOR_WORK) && exec $(PYTHON_OF_VENV) -m scripts.check

messages: ## collect the words to translate into locale/, and compile them
	@$(FOR_WORK) && exec $(PYTHON_OF_VENV) -m scripts.messages update

bench: ## measure the pages at 100 k and 1 M contacts
	@$(FOR_WORK) && exec $(PYTHON_OF_VENV) -m benchmarks

size: ## lengths of functions and files
	@$(WITH_PYTHON) scripts/size.py

screenshots: ## pictures of every state of the pages (var/screenshots), and those of the documentation
	@$(FOR_WORK) && exec $(PYTHON_OF_VENV) -m scripts.screenshots

stop: ## end what runs from the data folder
	@if [ -f .venv/.installed-for-run ]; then exec $(PYTHON_OF_VENV) -m scripts.stop; else echo "Nothing was running."; fi

clean: ## remove the environment and caches; with DATA=yes the data too
	@$(WITH_PYTHON) scripts/clean.py

LOCK := $(PYTHON_OF_VENV) -m uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links

lock: ## pin the requirements afresh, with hashes (UPGRADE=--upgrade for newer versions)
	@$(FOR_WORK)
	UV_PYTHON_DOWNLOADS=never $(LOCK) $(UPGRADE) requirements.in -o requirements.txt
	UV_PYTHON_DOWNLOADS=never $(LOCK) $(UPGRADE) requirements-dev.in -o requirements-dev.txt
