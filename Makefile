PYTHON ?= python3

setup: ## only set up: .venv with sonde in it, web UI built
	@$(PYTHON) tools/dev.py setup
.PHONY: setup
