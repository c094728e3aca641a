"""Where prepared models are: a folder of folders, one for each name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.models.manifest import FILE, Manifest


class ModelMissing(ConfigurationError):
    """The model was never prepared on this machine; the message says how to do it."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(
            f"model {name!r} is not prepared: {folder} is not there, and nothing is downloaded by itself. Get the "
            f"checkpoint where there is a network, then: spanglass models prepare {name} --checkpoint FILE "
            "(docs/evaluators/models.md)"
        )
        self.name = name


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """$SPANGLASS_MODELS, else $XDG_CACHE_HOME/spanglass/models, else ~/.cache/spanglass/models."""
    if own := environ.get("SPANGLASS_MODELS"):
        return Path(own).expanduser()
    parent = environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(parent).expanduser() / "spanglass" / "models"


def located(name: str, environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of a model by its name, or by a path to it. Raises ModelMissing."""
    is_path = os.sep in name or name.startswith("~")
    folder = Path(name).expanduser() if is_path else cache_folder(environ) / name
    if not (folder / FILE).exists():
        raise ModelMissing(folder.name, folder)
    return folder


def prepared(environ: Mapping[str, str] = os.environ) -> list[tuple[Path, Manifest]]:
    """Everything in the cache, by name."""
    folders = sorted(path.parent for path in cache_folder(environ).glob(f"*/{FILE}"))
    return [(folder, Manifest.load(folder)) for folder in folders]
