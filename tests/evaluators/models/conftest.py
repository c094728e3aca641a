"""Tiny models prepared once for all tests of this folder: exporting takes seconds."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from tiny_checkpoints import detoxify_checkpoint, sentence_model

from spanglass_evaluators.models.preparing.prepare import Wanted, prepare

_NEEDED = ("torch", "transformers", "detoxify", "onnx", "onnxscript", "onnxruntime", "tokenizers")


@pytest.fixture(scope="session")
def extras() -> None:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"{', '.join(missing)} not installed: pip install 'spanglass[judging]'")


@pytest.fixture(scope="session")
def checkpoint(extras: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Detoxify checkpoint on BERT, with the base model's files beside it."""
    return detoxify_checkpoint(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="session")
def cache(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with `detoxify-original` (both precisions) and `mini`, an embedding."""
    folder = tmp_path_factory.mktemp("cache")
    prepare(Wanted("detoxify-original", "detoxify", checkpoint, keep="both"), folder)
    prepare(Wanted("mini", "embedding", sentence_model(tmp_path_factory.mktemp("sentences"))), folder)
    return folder


@pytest.fixture
def cached(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, as the process's own cache."""
    monkeypatch.setenv("SPANGLASS_MODELS", str(cache))
    return cache
