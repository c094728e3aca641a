"""The pytest plugin, outside of `spanglass` so that a test run which does not trace imports nothing for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from spanglass.testing import Captured


@pytest.fixture
def spanglass_spans() -> Iterator[Captured]:
    """The spans that end in this test, with fixed ids and a clock that moves 1 ms a reading; none is exported."""
    from spanglass.testing import capture, fixed_source

    with capture(fixed_source()) as captured:
        yield captured
