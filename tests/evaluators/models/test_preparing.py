"""Checkpoints become folders that ONNX Runtime runs, and say the same as torch did."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_checkpoints import BASES, LABELS, detoxify_checkpoint

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.models import classifier
from spanglass_evaluators.models.manifest import Manifest, sha256_of
from spanglass_evaluators.models.preparing.prepare import TOLERANCE, Wanted, prepare

TEXTS = ["you are an idiot", "thank you that was helpful", "the", "nobody likes you you are an idiot are you", "zzz"]


@pytest.mark.parametrize("variant", BASES)
def test_every_kind_of_detoxify_is_exported_as_torch_has_it(variant: str, extras: None, tmp_path: Path) -> None:
    """BERT, RoBERTa, XLM-R: labels renamed; a padded batch says what detoxify says of each text alone."""
    checkpoint = detoxify_checkpoint(tmp_path / "base", variant)
    stated = prepare(Wanted(f"detoxify-{variant}", "detoxify", checkpoint, keep="fp32"), tmp_path / "cache")
    ours = classifier.load(str(tmp_path / "cache" / f"detoxify-{variant}"))

    assert list(ours.labels) == LABELS
    assert stated.loss["fp32"].largest <= TOLERANCE
    np.testing.assert_allclose(ours.probabilities(TEXTS), _detoxify_values(checkpoint, tmp_path), atol=TOLERANCE)


def _detoxify_values(checkpoint: Path, folder: Path) -> np.ndarray:
    """What detoxify itself says of TEXTS, one by one: without padding there is nothing for a mask to hide."""
    import torch
    from detoxify import Detoxify

    from spanglass_evaluators.models.preparing.loaded import copied_configuration

    base = folder / "theirs"
    base.mkdir()
    copied_configuration(checkpoint.parent, base, tuple(LABELS))
    content = torch.load(checkpoint, weights_only=True)
    content["config"]["arch"]["args"]["model_type"] = str(base)
    torch.save(content, base / "theirs.ckpt")
    own = Detoxify(checkpoint=str(base / "theirs.ckpt"), huggingface_config_path=str(base))
    return np.array([[own.predict(text)[label] for label in LABELS] for text in TEXTS])


def test_eight_bits_cost_what_the_manifest_says(cached: Path) -> None:
    """The loss is stated for both precisions, and int8's is the greater one, but no reversal."""
    loss = Manifest.load(cached / "detoxify-original").loss

    assert loss["fp32"].largest < 1e-4 < loss["int8"].largest < 0.3
    assert loss["int8"].mean < 0.05


def test_a_checkpoint_with_another_digest_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    """Nothing is read from it, and nothing is left behind."""
    with pytest.raises(ConfigurationError, match=sha256_of(checkpoint)):
        prepare(Wanted("detoxify-x", "detoxify", checkpoint, sha256="0" * 64), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_that_would_run_code_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    """A pickle with anything but tensors and plain values is not loaded."""
    import torch

    evil = tmp_path / "evil.ckpt"
    torch.save({"config": {}, "state_dict": {}, "payload": _Payload(tmp_path / "ran")}, evil)

    with pytest.raises(ConfigurationError, match="not run"):
        prepare(Wanted("detoxify-evil", "detoxify", evil, checkpoint.parent), tmp_path / "cache")
    assert not (tmp_path / "ran").exists()


class _Payload:
    """Unpickling it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self.path,))


@pytest.mark.parametrize(("broken", "says"), [("missing.ckpt", "not there"), ("config.json", "names no classes|read")])
def test_what_is_no_checkpoint_says_so(broken: str, says: str, checkpoint: Path, tmp_path: Path) -> None:
    """A file that is not there, and one that is something else."""
    with pytest.raises(ConfigurationError, match=says):
        prepare(Wanted("detoxify-x", "detoxify", checkpoint.parent / broken), tmp_path / "cache")


def test_a_base_without_configuration_says_what_to_give(checkpoint: Path, tmp_path: Path) -> None:
    """The message names --tokenizer."""
    with pytest.raises(ConfigurationError, match="--tokenizer names a folder"):
        prepare(Wanted("detoxify-x", "detoxify", checkpoint, tmp_path), tmp_path / "cache")
