# Two commands: `make run` opens the dashboard, `make test` checks everything. Both set up what they need.
# One more, `make backend`, installs TensorFlow, with which networks are scored and trained (docs/setup.md).
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# Three workers for two cores: tests that drive a browser or a server mostly wait.
PYTEST := $(PY) -m pytest -n 3 --dist loadfile
PIP := $(PY) -m pip --disable-pip-version-check --quiet

.PHONY: run backend test lint coverage bench audit mutants screenshots instructions platforms clean

run: $(VENV)/run.stamp
	$(PY) -m streamlit run app/server.py

# On a Python that has no TensorFlow this fails, in words.
backend: $(VENV)/backend.stamp
	@$(PY) -c 'import sys; from importlib.util import find_spec; from trecx.errors import missing_tensorflow; \
		sys.exit(None if find_spec("tensorflow") else missing_tensorflow())'

test: lint
	$(PYTEST)

coverage: $(VENV)/dev.stamp
	$(PYTEST) --cov

lint: $(VENV)/dev.stamp
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy

bench: $(VENV)/dev.stamp
	$(PY) -m benchmarks

# Are any of the installed packages known to be vulnerable? Asks PyPI; fails, too, where that does not answer.
audit: $(VENV)/dev.stamp
	$(PIP) install --group audit
	$(PIP) freeze --exclude-editable > $(VENV)/installed.txt
	$(PY) -m pip_audit --strict --no-deps --disable-pip --requirement $(VENV)/installed.txt

# Which changes of the curve, the table, the budget and the store's blocks does no test notice? Some 40 minutes.
mutants: $(VENV)/dev.stamp
	$(PIP) install --group mutation
	$(PY) -m mutmut run
	$(PY) -m mutmut results

screenshots: $(VENV)/dev.stamp
	$(PY) -m tests.browser.screenshots

# Cortex-M4 instructions of every known model, from its plain C in an emulator: data/instruction_counts.csv, 10 minutes.
instructions: $(VENV)/dev.stamp
	$(PY) -m trecx.jobs.instruction_counts

# For which computers and which Pythons is there a wheel of every pin? Asks PyPI; prints the table of docs/setup.md.
platforms: $(VENV)/dev.stamp
	$(PIP) install --group platforms
	$(PY) -m tests.house.platforms

clean:
	rm -rf $(VENV) .coverage mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis

# A bare Debian or Ubuntu has python3 without ensurepip: then its own package brings it, if we may install it.
$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 $@")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq python3-venv; } \
		|| { echo "This Python has no ensurepip; run: sudo apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --upgrade "pip>=25.1"

$(VENV)/run.stamp: requirements.txt pyproject.toml hatch_build.py | $(PY)
	@echo "Installing the dashboard (once, about half a minute, 0.8 GB) ..."
	@sed '/^# The backend/,$$d' requirements.txt > $(VENV)/dashboard.txt
	$(PIP) install -r $(VENV)/dashboard.txt -e .
	touch $@

$(VENV)/backend.stamp: $(VENV)/run.stamp
	@echo "Installing the backend (once, about a minute; TensorFlow takes 2 GB) ..."
	$(PIP) install -r requirements.txt
	touch $@

$(VENV)/dev.stamp: $(VENV)/backend.stamp
	$(PIP) install --group dev
	touch $@
