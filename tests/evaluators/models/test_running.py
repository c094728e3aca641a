"""Prepared models: found, checked, shared, run on any text."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from spanglass_evaluators.contract import Batch, Judgement
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.models import classifier, embedding
from spanglass_evaluators.models.cache import ModelMissing, cache_folder, located
from spanglass_evaluators.models.session import CPU, CUDA, chosen_precision, providers
from spanglass_evaluators.models.shared import opened
from spanglass_evaluators.registry import registrations


def test_a_model_that_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    """The message names the folder and the command, and that nothing is downloaded."""
    with pytest.raises(ModelMissing, match=r"nothing is downloaded.*spanglass models prepare detoxify-original"):
        located("detoxify-original", {"SPANGLASS_MODELS": str(tmp_path)})


def test_the_cache_is_where_the_environment_says() -> None:
    """Our own variable, then XDG's, then the home folder."""
    assert cache_folder({"SPANGLASS_MODELS": "/m", "XDG_CACHE_HOME": "/x"}) == Path("/m")
    assert cache_folder({"XDG_CACHE_HOME": "/x"}) == Path("/x/spanglass/models")
    assert cache_folder({}) == Path.home() / ".cache" / "spanglass" / "models"


def test_a_changed_file_is_not_run(cached: Path, tmp_path: Path) -> None:
    """The digest of every file is checked before it is loaded."""
    folder = shutil.copytree(cached / "mini", tmp_path / "mini")
    with (folder / "model.int8.onnx").open("ab") as network:
        network.write(b"x")
    with pytest.raises(ConfigurationError, match="changed since it was prepared"):
        embedding.load(str(folder))


def test_a_model_is_in_memory_once(cached: Path) -> None:
    """Whoever asks gets the same one, which says what it took."""
    network = opened("detoxify-original")
    assert opened(str(cached / "detoxify-original")) is network
    assert classifier.load("detoxify-original") is classifier.load("detoxify-original")
    assert network.memory_bytes is None or network.memory_bytes >= 0
    assert network.provider in (CPU, CUDA)


@pytest.mark.parametrize(
    ("device", "available", "expected"),
    [
        ("auto", [CPU], [CPU]),
        ("auto", [CUDA, CPU], [CUDA, CPU]),
        ("cpu", [CUDA, CPU], [CPU]),
        ("cuda", [CUDA, CPU], [CUDA, CPU]),
    ],
)
def test_a_gpu_is_used_where_there_is_one(device: str, available: list[str], expected: list[str]) -> None:
    """Unless the processor is asked for."""
    assert providers(device, available) == expected


def test_a_gpu_that_is_not_there_is_an_error() -> None:
    """Asked for by name it must not quietly become the processor; an unknown device is named."""
    with pytest.raises(ConfigurationError, match="onnxruntime-gpu"):
        providers("cuda", [CPU])
    with pytest.raises(ConfigurationError, match="auto, cpu or cuda"):
        providers("tpu", [CPU])


def test_precision_follows_the_device() -> None:
    """8 bits on processors, 32 on GPUs, and what is there where only one is."""
    assert chosen_precision(["int8", "fp32"], on_gpu=False) == "int8"
    assert chosen_precision(["int8", "fp32"], on_gpu=True) == "fp32"
    assert chosen_precision(["int8"], on_gpu=True) == "int8"


def test_the_worst_window_of_a_long_text_decides(cached: Path) -> None:
    """What stands behind the 64th token counts as if it stood alone, or more."""
    ours = classifier.load("detoxify-original")
    clean = "thank you that was helpful " * 12
    long, short = ours.probabilities([clean * 4, clean[:100]])
    assert (long >= 0).all()
    assert len(opened("detoxify-original").pieces([clean * 4], windows=True).ids) > 3
    assert long.shape == short.shape


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=60), max_size=4))
def test_any_text_gets_probabilities(cached: Path, texts: list[str]) -> None:
    """Whatever the characters: as many rows as texts, each value between 0 and 1, the same again."""
    ours = classifier.load("detoxify-original")
    values = ours.probabilities(texts)
    assert values.shape == (len(texts), 3)
    assert ((values >= 0) & (values <= 1)).all()
    np.testing.assert_array_equal(ours.probabilities(texts), values)


def test_a_lone_surrogate_and_a_megabyte_are_judged(cached: Path) -> None:
    """What is no valid text, and what is far too long."""
    assert classifier.load("detoxify-original").probabilities(["\ud800 you", "you are " * 125_000]).shape == (2, 3)


@pytest.mark.parametrize("name", ["builtin", "mini"])
def test_embeddings_are_of_length_one_and_deterministic(cached: Path, name: str) -> None:
    """The built-in one and a network: same shape of contract."""
    embed = embedding.load(name)
    texts = ["you are an idiot", "the museum", "thank you"]
    rows = embed(texts)
    assert rows.shape == (3, embed.dimensions)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(embedding.load(name)(texts), rows)
    assert embed([]).shape == (0, embed.dimensions)
    assert embed.digest


def test_the_builtin_embedding_knows_spelling() -> None:
    """Texts that share words are nearer than texts that do not; a text without a word is nowhere."""
    refund, again, weather, nothing = embedding.load()(
        ["I want a refund for my order", "refunding my orders, please", "sunny tomorrow in Lisbon", "!!!"]
    )
    assert refund @ again > refund @ weather + 0.1
    assert not nothing.any()


def test_an_embedding_is_no_classifier(cached: Path) -> None:
    """And the other way round: both say so."""
    with pytest.raises(ConfigurationError, match="no classifier"):
        classifier.load("mini")
    with pytest.raises(ConfigurationError, match="no embedding"):
        embedding.load("detoxify-original")


def test_detoxify_gives_a_score_for_each_label(cached: Path) -> None:
    """One evaluator a label, and one with the worst in front and all in its explanation; they share the model."""
    known, texts = registrations(), ["you are an idiot", "", "thank you"]
    batch = Batch({"output_text": texts}, len(texts))
    together = known["detoxify"].build({"threshold": 0.0001}).score(batch)
    threats = known["detoxify.threat"].build({}).score(batch)

    assert all(isinstance(j, Judgement) for j in (*together, *threats))
    assert '"threat"' in together[0].explanation
    assert together[1] == threats[1] == Judgement(None, "unknown")
    assert together[0].value >= threats[0].value
    assert together[0].label in ("toxicity", "severe_toxicity", "threat")


def test_a_label_that_the_model_lacks_is_named(cached: Path) -> None:
    """The message says which labels there are."""
    with pytest.raises(ConfigurationError, match="it has toxicity, severe_toxicity, threat"):
        registrations()["detoxify.sexual_explicit"].build({})
