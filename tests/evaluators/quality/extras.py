"""Tests of scores whose libraries are in the extra [overlap]: skipped without them, but not where CI runs."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

NEEDS_OVERLAP = frozenset({"bleu", "chrf", "ter", "rouge"})


def skip_without_overlap() -> None:
    missing = [name for name in ("sacrebleu", "rouge_score") if find_spec(name) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"{', '.join(missing)} not installed: pip install 'spanglass[overlap]'")
