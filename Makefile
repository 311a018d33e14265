# The commands of the project; each installs what it needs, once.
PORT ?= 8000
PYTHON ?= python3
PY := .venv/bin/python
export PORT PYTHON

.PHONY: setup demo test check bench lock

setup:
	@sh scripts/preparer.sh run

demo: setup
	@$(PY) scripts/demo.py

test:
	@sh scripts/preparer.sh test
	@$(PY) -m pytest -n auto --dist worksteal

check:
	@sh scripts/preparer.sh quality
	@sh scripts/verifier_code.sh

bench:
	@sh scripts/preparer.sh test
	@$(PY) bench/run.py

# Newest releases that fit; commit the result. No registry address is written.
lock:
	@sh scripts/verrouiller.sh
