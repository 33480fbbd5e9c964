# Needs make and Python 3.11 or newer; everything else is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test screenshots bench bench-growth soak mutants fuzz lint format

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

setup: $(READY) ## install everything into .venv (again only when pyproject or constraints change)

$(READY): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no $(PYTHON). Install Python 3.11 or newer (Debian, Ubuntu: apt install python3 python3-venv)."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Totebook needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V). Name another: make setup PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "$(PYTHON) can't make virtual environments: venv or ensurepip is missing (Debian, Ubuntu: apt install python3-venv)."; exit 1; }
	@echo "Setting up .venv (once; about a minute)"
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: setup ## a day of orders, worked by unreliable handhelds, checked at the end
	@$(BIN)/totebook demo

serve: setup ## run the server (docs/settings.md); for phones: make serve ARGS="--tls --invite phone"
	@$(BIN)/totebook serve $(ARGS)

test: setup ## format, lint, types, import contracts, tests on both databases, coverage
	@$(BIN)/python -m tests.everything

screenshots: setup ## pictures of every screen, at three widths and in three languages
	@$(BIN)/python -m tests.web.chromium
	@TOTEBOOK_TEST_SCREENS=all $(BIN)/pytest -q -m "" -n 2 --dist loadfile tests/web -k screens
	@echo "They lie in screenshots/"

bench: setup ## measure every figure of speed beside its limit, on both databases; with pictures
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@$(BIN)/python -m tests.bench

bench-growth: setup ## the same pushes on an empty book and on one with 10 million movements
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@$(BIN)/python -m tests.bench.growth

soak: setup ## every fault in nightly counts (Ctrl-C stops); some of it: ARGS="kills=200 failovers=20"
	@$(BIN)/python -m tests.soak $(ARGS)

mutants: setup ## change every rule so that it is wrong and see that tests notice (docs/mutation.md)
	@$(BIN)/python -m tests.mutation

fuzz: setup ## run every decoder under atheris, a million runs each (Ctrl-C stops)
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	@$(BIN)/python -m tests.fuzz.nightly

lint: setup ## format check, lint, types and import contracts only
	@$(BIN)/python -m tests.everything --only format lint types imports

format: setup ## bring the code into its form
	@$(BIN)/ruff format -q .
	@$(BIN)/ruff check -q --fix .
