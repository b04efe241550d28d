# Waitwise. `make` alone lists what can be made; each target installs what it needs.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check fix e2e bench accuracy simulate vectors deb try-deb boot-test clean
bin := .venv/bin
ARGS ?=

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## play a lesson through a unit and a school, and open its page (ARGS='--headless --json')
	@tools/setup demo
	@$(bin)/waitwise demo $(ARGS)

test: ## run the tests, with a real broker, database and browser
	@tools/setup dev
	@$(bin)/pytest $(ARGS)

setup: ## install everything a developer needs
	@tools/setup dev

check: setup ## formatting, types, imports, documents: seconds, not minutes
	@$(bin)/ruff format --check .
	@$(bin)/ruff check .
	@$(bin)/mypy
	@PYTHONPATH=. $(bin)/lint-imports
	@$(bin)/cog --check -p "import sys; sys.path.insert(0, '.')" $(docs_from_code)
	@$(bin)/python -m tools.accuracy --check
	@$(bin)/pytest -q --doctest-modules $(packages) -p no:cacheprovider

fix: setup ## format, and mend what can be mended by itself
	@$(bin)/ruff check --fix-only --quiet .
	@$(bin)/ruff format .
	@$(bin)/cog -r -p "import sys; sys.path.insert(0, '.')" $(docs_from_code)

e2e: setup ## a unit, a broker, a school and a browser, all real; ten minutes calmly, ten in which everything breaks
	@WAITWISE_FAULTS_S=$${WAITWISE_FAULTS_S:-600} $(bin)/pytest tests/e2e $(ARGS)

bench: setup ## what it costs, beside a peer in the same run
	@$(bin)/python -m tools.bench $(ARGS)
	@$(bin)/python -m tools.standing_unit
	@$(bin)/python -m tools.long_lesson

accuracy: setup ## how far the numbers are from the truth, into docs/accuracy.md (ARGS='lessons=DIR': folders beside the demo lesson)
	@tools/setup peers
	@$(bin)/python -m tools.accuracy $(ARGS)

simulate: setup ## make the sixteen simulated lessons of seed 2 and hear them, into out/simulated
	@$(bin)/python -m tools.classroom simulate --all --seed 2 --out out/simulated $(ARGS)
	@$(bin)/waitwise evaluate out/simulated --json >out/simulated/results.json

vectors: setup ## check the footage vectors with Python, Node.js and Chromium
	@$(bin)/pytest -q tests/lesson tests/e2e/test_footage_vectors_browser.py

deb: setup ## the package of a unit, for amd64 and arm64, into out/
	@$(bin)/python -m tools.deb.build $(ARGS)

boot-test: setup ## start, kill and hang the unit's services under a real systemd, in a container (needs root)
	@tools/setup packages
	@$(bin)/pytest tests/systemd $(ARGS)

try-deb: setup ## install it in a bare Debian and try everything there (ARGS=arm64: under an emulator; needs root)
	@tools/setup packages
	@$(bin)/python -m tools.deb.attempt $(ARGS)

clean: ## forget the environment and what was made
	@rm -rf .venv out build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

packages := lesson analytics capture sync provisioning device school waitwise
docs_from_code := $(shell grep -rl --include=*.md '\[\[\[cog' docs README.md 2>/dev/null)
