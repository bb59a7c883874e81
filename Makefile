# `make serve` starts OnRecord; `make test` runs everything CI runs. Both install what they need into .venv first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BRIEFINGS ?=
PORT ?= 7860
DATA ?= ../shared
MINUTES ?= 30
PASSAGES ?= 10000 100000 1000000

.PHONY: serve test test-model test-audio soak format reader bench-peers bench-scale browser constraints licences audit

# Adds BRIEFINGS, or the samples to an empty library, and starts the page.
serve: $(VENV)/dependencies
ifneq ($(BRIEFINGS),)
	-$(BIN)/onrecord add "$(BRIEFINGS)"
else
	@$(BIN)/onrecord list --json | grep -q '"briefings": \[\]' && $(BIN)/onrecord add samples || true
endif
	@$(BIN)/onrecord serve --port $(PORT)

test: $(VENV)/dependencies $(VENV)/tools browser
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

# Sixty questions to a small language model that is fetched for it (1.1 GB, kept in the user's cache): half an hour.
test-model: $(VENV)/dependencies $(VENV)/tools
	$(BIN)/python benchmarks/small_model.py

# The long forms of the tests of faults and attacks; the last of them adds, removes, asks and kills for MINUTES.
soak: $(VENV)/dependencies $(VENV)/tools browser
	$(BIN)/python -m pytest -m soak --soak-minutes $(MINUTES)

# Hears recordings in earnest, with the extra: 390 MB more on the disk, and minutes for five minutes of sound.
test-audio: $(VENV)/dependencies $(VENV)/tools browser
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[audio]"
	$(BIN)/python -m pip install --quiet --no-deps resemblyzer==0.1.4
	@command -v espeak-ng >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get install -y -qq espeak-ng >/dev/null; } || \
	  echo "No espeak-ng here: the five minutes will be skipped."
	$(BIN)/python -m pytest tests/test_hearing.py -m "soak or not soak"

# OnRecord beside other systems, with the same model, passages and questions: half an hour. Writes docs/performance.md.
bench-peers: $(VENV)/dependencies
	$(BIN)/python benchmarks/peers.py --data "$(DATA)/eval" --folder build/peers

format: $(VENV)/tools
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Makes the bundled reader anew from the sets in DATA (training/README.md): a night on two cores, an hour with a GPU.
# What is done is kept in build/reader; called again, it goes on where it was cut off.
reader: $(VENV)/dependencies
	$(BIN)/python -m training --data "$(DATA)" --work build/reader

# The figures of docs/scaling.md for one folder, at each number of PASSAGES: an hour on two cores, and 13 GB of disk. What
# is done is kept in build/scale; called again, it goes on where it was cut off.
bench-scale: $(VENV)/dependencies
	$(BIN)/onrecord --library build/scale/originals add "$(DATA)/eval/qmsum/briefings" "$(DATA)/eval/asked/briefings"
	$(BIN)/python benchmarks/scale.py --library build/scale/originals --passages $(PASSAGES) \
	  --questions "$(DATA)/eval/qmsum" "$(DATA)/eval/quebec" "$(DATA)/eval/asked"

# Writes down the versions now installed, so that others get the same.
constraints: $(VENV)/tools
	{ echo "# Versions that were tested together, written by \`make constraints\`; Python 3.10 takes what pyproject.toml allows."; \
	  $(BIN)/python -m pip freeze --exclude onrecord | sed -e 's/+cpu//' -e '/^torch==/!s/$$/ ; python_version >= "3.11"/'; } > constraints.txt

# Every installed package with its version and licence.
licences: $(VENV)/dependencies
	@$(BIN)/python -c 'from importlib.metadata import distributions as all; \
	  told = lambda m: m["License-Expression"] or (m["License"] or "").split("\n")[0][:60] or ", ".join( \
	    c.split(" :: ")[-1] for c in m.get_all("Classifier") or () if c.startswith("License")) or "not told"; \
	  print(*sorted({f"{one.name} {one.version}: {told(one.metadata)}" for one in all()}, key=str.lower), sep="\n")'

# Known vulnerabilities of the versions in constraints.txt; asks pypi.org, and fails where that cannot tell of one.
audit:
	$(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/pip install --quiet pip-audit
	$(VENV)-audit/bin/pip-audit --strict --no-deps --disable-pip --requirement constraints.txt

# Debian's chromium, for the tests of the page; where it cannot be installed they skip and say so.
browser:
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	  else echo "No chromium here: the tests of the page will be skipped."; fi; }

$(VENV)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "OnRecord needs Python 3.10 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	touch $@

# torch goes first and alone: asked for by its exact version, pip takes a CPU build where one is at hand.
# The tree itself is what runs: `onrecord/` links to it. tests/test_wheel.py tries what a user installs.
$(VENV)/dependencies: $(VENV)/python constraints.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --constraint constraints.txt "$$(grep '^torch==' constraints.txt)"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt "setuptools>=77" --editable .
	touch $@

$(VENV)/tools: $(VENV)/dependencies
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@
