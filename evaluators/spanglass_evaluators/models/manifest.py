"""What a prepared model's folder holds, and the proof that it is what was prepared.

The folder (format 1) has `manifest.json` (the fields below), `tokenizer.json` (the tokenizers library's format) and
`model.int8.onnx` and/or `model.fp32.onnx`: inputs `input_ids` and `attention_mask` (int64, texts x tokens), output
`values` (float32, texts x labels, or texts x dimensions for an embedding).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from spanglass_evaluators.errors import ConfigurationError

FORMAT = 1
FILE = "manifest.json"
TOKENIZER = "tokenizer.json"
Kind = Literal["classifier", "embedding"]
Precision = Literal["int8", "fp32"]


def network_file(precision: str) -> str:
    return f"model.{precision}.onnx"


@dataclass(frozen=True, slots=True)
class Loss:
    """What preparing cost: largest and mean absolute difference of a value from torch's, on our sample texts."""

    largest: float
    mean: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files`: sha256 by name. `source_sha256`: of the checkpoint it was made from. `loss`: by precision."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    max_tokens: int
    pad_id: int
    source_sha256: str
    files: Mapping[str, str]
    loss: Mapping[str, Loss] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def precisions(self) -> tuple[str, ...]:
        return tuple(p for p in ("int8", "fp32") if network_file(p) in self.files)

    def digest_of(self, precision: str) -> str:
        """Changes when anything does that can change a verdict."""
        parts = [self.files[network_file(precision)], self.files[TOKENIZER], str(self.max_tokens)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def save(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Raises ConfigurationError for a folder that is none, or of another version."""
        try:
            stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
            return _as_manifest(stored)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(
                f"{folder} is no prepared model ({error}); make one with: spanglass models prepare"
            ) from error


def _as_manifest(stored: dict[str, Any]) -> Manifest:
    if stored["format"] != FORMAT:
        raise ValueError(f"format {stored['format']}, this version reads {FORMAT}")
    loss = {precision: Loss(**own) for precision, own in stored.pop("loss").items()}
    return Manifest(**stored | {"labels": tuple(stored["labels"]), "loss": loss})


def checked(folder: Path, manifest: Manifest, name: str) -> Path:
    """The file's path. Raises ConfigurationError when its content is not what was prepared."""
    path = folder / name
    if not path.exists() or sha256_of(path) != manifest.files[name]:
        raise ConfigurationError(f"{path} is missing or was changed since it was prepared; prepare the model again")
    return path


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while chunk := content.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
