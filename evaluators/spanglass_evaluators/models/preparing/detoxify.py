"""Detoxify's checkpoints, loaded by detoxify's own code, offline.

Two things stand in the way of detoxify 0.5.4 (measured): it resolves the base model's name before it looks at
`huggingface_config_path`, and the folder's config.json must carry as many labels as the checkpoint. Both are put
right in copies. Its own `torch.load` runs whatever the file says, so it only gets a copy that we wrote.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.models.preparing.loaded import Loaded, copied_configuration, longest_input
from spanglass_evaluators.models.preparing.networks import label_probabilities

RELEASES = "https://github.com/unitaryai/detoxify/releases"


def load_detoxify(checkpoint: Path, base: Path) -> Loaded:
    """`base`: a folder with the base model's config.json and tokenizer. Raises ConfigurationError."""
    from detoxify import Detoxify

    content = _tensors_only(checkpoint)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copied_configuration(base, folder, _labels(content, checkpoint))
        own = Detoxify(checkpoint=str(_rewritten(content, folder)), huggingface_config_path=str(folder))
    model = own.model.eval()
    return Loaded(
        "classifier",
        label_probabilities(model, independent=True),
        own.tokenizer,
        tuple(own.class_names),
        longest_input(model, own.tokenizer),
    )


def _tensors_only(checkpoint: Path) -> dict[str, Any]:
    """The content, read without running anything in it."""
    import torch

    try:
        return dict(torch.load(checkpoint, map_location="cpu", weights_only=True))
    except Exception as error:
        raise ConfigurationError(
            f"{checkpoint} cannot be read, or holds more than tensors and plain values, which is not run: {error}"
        ) from error


def _labels(content: dict[str, Any], checkpoint: Path) -> tuple[str, ...]:
    try:
        return tuple(content["config"]["dataset"]["args"]["classes"])
    except (KeyError, TypeError) as error:
        raise ConfigurationError(f"{checkpoint} is no checkpoint of Detoxify: it names no classes") from error


def _rewritten(content: dict[str, Any], folder: Path) -> Path:
    """The checkpoint with its base model's name replaced by the local folder."""
    import torch

    config = content["config"]
    arguments = config["arch"]["args"] | {"model_type": str(folder)}
    config = config | {"arch": config["arch"] | {"args": arguments}}
    path = folder / "checkpoint.ckpt"
    torch.save({"config": config, "state_dict": content["state_dict"]}, path)
    return path
