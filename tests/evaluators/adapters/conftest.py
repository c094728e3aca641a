"""Other libraries cannot all live beside each other, so each test asks for its own; `make adapters` has them."""

from __future__ import annotations

import importlib.util
import os

import pytest


@pytest.fixture
def needs(request: pytest.FixtureRequest) -> None:
    """`@pytest.mark.parametrize("needs", [module], indirect=True)`: skipped without it, unless all must be there."""
    module: str = request.param
    if importlib.util.find_spec(module) is None:
        if os.environ.get("SPANGLASS_ADAPTERS") == module or (module == "autoevals" and os.environ.get("CI")):
            pytest.fail(f"{module} is not installed here, and must be")
        pytest.skip(f"{module} is not installed here: make adapters")
