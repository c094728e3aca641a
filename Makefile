# Every target sets up what it needs in .venv: a fresh clone, Python >= 3.10 and a package index are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PACKAGES := sdk collector evaluators dashboards app
CODE := $(PACKAGES) tests benchmarks examples

.DEFAULT_GOAL := help
.PHONY: adapters dashboard-types help demo test check lint types imports bench eval-report node dialects dashboards lifecycle alert-files system-packages clean

help:
	@echo "make demo         from a fresh clone to judged traffic (KEEP=1 stays up)"
	@echo "make test         the test suite"
	@echo "make check        format, lint, types, imports, generated files, tests"
	@echo "make dashboard-types  the dashboards against the types of Grafana 11 and 12 (needs npm)"
	@echo "make dialects     recorded traffic of ten providers under public instrumentations, what arrives right"
	@echo "make lifecycle    a real fine-tune, from traffic to dataset to model version to traffic, joined by one query"
	@echo "make eval-report  every evaluator on labelled data: tables and pictures in docs/evaluators"
	@echo "make adapters     the metrics of other libraries inside ours, each library in an environment of its own"
	@echo "make conformance  OpenTelemetry's Python and Node SDKs against the receivers (needs npm)"
	@echo "make node         the OpenTelemetry SDK for Node (from npm) against a real collector"
	@echo "make bench        benchmarks (ingest, evaluators, SDK overhead)"

demo: $(VENV)/.ready-all
	$(BIN)/spanglass demo $(if $(KEEP),--keep)

test: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -q $(ARGS)

check: lint types imports dashboards test

lint: $(VENV)/.ready-dev
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)

types: $(VENV)/.ready-dev
	$(BIN)/mypy

imports: $(VENV)/.ready-dev
	$(BIN)/lint-imports

dashboards: $(VENV)/.ready-dev
	$(BIN)/python -m spanglass_dashboards check
	$(BIN)/python -m spanglass_collector.alerts.export check

alert-files: $(VENV)/.ready-dev
	$(BIN)/python -m spanglass_collector.alerts.export build

# Prometheus' own programs, against which the tests of alerts and /metrics run.
system-packages:
	which promtool prometheus-alertmanager amtool >/dev/null || $(SUDO) apt-get update
	which promtool prometheus-alertmanager amtool >/dev/null || $(SUDO) env DEBIAN_FRONTEND=noninteractive \
		apt-get install --yes --no-install-recommends prometheus prometheus-alertmanager

dashboard-types: $(VENV)/.ready-dev
	PYTHON=$(CURDIR)/$(BIN)/python sh dashboards/typecheck/check.sh

bench: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/ingest.py
	$(BIN)/python benchmarks/dialect_cost.py
	$(BIN)/python benchmarks/evaluators.py
	$(BIN)/python benchmarks/sdk_overhead.py

lifecycle: $(VENV)/.ready-lifecycle
	cd examples/lifecycle && ../../$(BIN)/python lifecycle.py
	$(BIN)/python benchmarks/training_overhead.py

node: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/node_sdk.py

dialects: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/recorded_traffic.py
	$(BIN)/python benchmarks/recorded_providers.py --page docs/dialects.md $(ARGS)

# Libraries that cannot live beside each other: each in an environment of its own, for its adapter's tests.
# The bounds on ragas' dependencies spare pip half an hour of trying their older versions.
adapters:
	for library in autoevals deepeval inspect_ai ragas evidently; do \
		case $$library in inspect_ai) wanted=inspect-ai;; ragas) wanted="ragas>=0.4.3 langchain-community<0.4 instructor>=1.17 openai<3.4";; \
			evidently) wanted="evidently==0.7.23 pandas<3.1";; *) wanted=$$library;; esac; \
		$(PYTHON) -m venv .venv-adapters/$$library && set -- $$wanted && \
		.venv-adapters/$$library/bin/python -m pip install --quiet pytest hypothesis "$$@" --editable ".[evaluators]" && \
		SPANGLASS_ADAPTERS=$$library .venv-adapters/$$library/bin/python -m pytest -q -o addopts= tests/evaluators/adapters \
			|| exit 1; \
	done

# torch is pinned to a build that comes without gigabytes of GPU libraries where the index offers one.
$(VENV)/.ready-lifecycle: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0 --editable ".[dev,frameworks]"
	touch $@

$(VENV)/.ready-judging: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==2.13.0 --editable ".[dev,judging]"
	touch $@

eval-report: $(VENV)/.ready-judging
	$(BIN)/python -m benchmarks.eval_report $(ARGS)

conformance: $(VENV)/.ready-dev
	$(BIN)/python -m tests.conformance

$(VENV)/.ready-%: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$*]"
	touch $@

clean:
	rm -rf $(VENV)
