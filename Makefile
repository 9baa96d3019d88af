# Every target is one line; what it does is in tools/dev.py, which needs nothing but Python.
# ARGS are handed on: make test ARGS="-k journal", make up ARGS="--port 8080", make lock ARGS=--all

PYTHON ?= python3
DEV := @$(PYTHON) tools/dev.py

.DEFAULT_GOAL := up
.PHONY: up setup test check format dev bench crash hostile conformance examples lock dist help

up: ; $(DEV) up $(ARGS) ## (the default) set up everything and run with demo traffic
setup: ; $(DEV) setup ## only set up: .venv with sonde in it, web UI built
test: ; $(DEV) test $(ARGS) ## set up, then all checks and all tests
check: ; $(DEV) check ## format, lint, types and layers
format: ; $(DEV) format ## format the Python source and repair what can be repaired
dev: ; $(DEV) dev $(ARGS) ## server that restarts on changes, and Vite in front of it
bench: ; $(DEV) bench $(ARGS) ## measure against peers and limits
crash: ; $(DEV) crash $(ARGS) ## only the tests that kill, fill and break things
hostile: ; $(DEV) hostile $(ARGS) ## only the tests that attack
conformance: ; $(DEV) conformance $(ARGS) ## only the tests of protocol duties
examples: ; $(DEV) examples $(ARGS) ## only the examples, all of them, each in its environment
lock: ; $(DEV) lock $(ARGS) ## pin the Python packages anew
dist: ; $(DEV) dist ## build wheel and sdist
help: ; @sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | awk -F'|' '{printf "  %-18s %s\n", $$1, $$2}' ## list these targets
