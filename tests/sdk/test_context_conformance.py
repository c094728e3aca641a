"""The scenarios that `benchmarks/context_conformance.py` runs against every tracer hold for ours."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def benchmark(name: str) -> ModuleType:
    if str(BENCHMARKS) not in sys.path:
        sys.path.insert(0, str(BENCHMARKS))
    return importlib.import_module(name)


suite = benchmark("context_conformance")
scenarios = benchmark("context_conformance_scenarios").SCENARIOS


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    """One process for all scenarios, as for every peer: the tracer is the process's own."""
    return suite.run_apart("spanglass", sys.executable)["found"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", [scenario.name for scenario in scenarios])
def test_our_spans_have_the_right_parents(name: str, found: dict[str, list[str]]) -> None:
    """Every scenario: parents, errors, and nothing logged about contexts."""
    assert found[name] == []


def test_the_suite_finds_a_tracer_that_leaks() -> None:
    """A tracer that records every span as a root fails the scenarios with children and says why."""
    made = benchmark("context_conformance_tracers").Seen
    spans: list[Any] = []

    def forgetful(name: str) -> Any:
        def decorate(function: Any) -> Any:
            def traced(*args: Any) -> Any:
                spans.append(made(name, str(len(spans)), None, False))
                return function(*args)

            return traced

        return decorate

    assert suite.check(scenarios[0], forgetful, lambda: list(spans)) == ["child below None, not parent"]
