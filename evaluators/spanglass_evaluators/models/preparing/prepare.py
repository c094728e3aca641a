"""Puts a prepared folder together: network, tokenizer, manifest; all at once or not at all."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.models.manifest import TOKENIZER, Loss, Manifest, network_file, sha256_of
from spanglass_evaluators.models.preparing.export import export, quantise
from spanglass_evaluators.models.preparing.loaded import Loaded
from spanglass_evaluators.models.preparing.samples import SAMPLES
from spanglass_evaluators.models.session import Placement, Session
from spanglass_evaluators.models.tokens import Tokens

Family = Literal["detoxify", "classifier", "embedding"]
Keep = Literal["int8", "fp32", "both"]
OnStep = Callable[[str], None]

TOLERANCE = 1e-3
"""A value of the exported network (fp32) may differ from torch's by this much; a wrong export differs by tenths."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to prepare. `base`: config.json and tokenizer of a detoxify checkpoint. `sha256`: the pin, if any."""

    name: str
    family: Family
    checkpoint: Path
    base: Path | None = None
    sha256: str = ""
    keep: Keep = "int8"


def prepare(wanted: Wanted, cache: Path, on_step: OnStep = lambda _: None) -> Manifest:
    """Writes `cache/NAME`, replacing what was there. Raises ConfigurationError."""
    on_step("checking the checkpoint")
    digest = _pinned_digest(wanted)
    on_step("reading the checkpoint")
    loaded = _loaded(wanted)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".preparing-") as name:
        folder = Path(name)
        manifest = _written(wanted, loaded, digest, folder, on_step)
        target = cache / wanted.name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder, target)
    return manifest


def _pinned_digest(wanted: Wanted) -> str:
    if not wanted.checkpoint.exists():
        raise ConfigurationError(f"{wanted.checkpoint} is not there; --checkpoint names the file or folder to prepare")
    digest = digest_of(wanted.checkpoint)
    if wanted.sha256 and digest != wanted.sha256.lower():
        raise ConfigurationError(
            f"{wanted.checkpoint} has sha256 {digest}, and {wanted.sha256} was asked for: it is another file, or it "
            "was damaged on the way; nothing was read from it"
        )
    return digest


def digest_of(checkpoint: Path) -> str:
    """sha256 of a file; of a folder that of the digests of its files by name."""
    if checkpoint.is_file():
        return sha256_of(checkpoint)
    files = sorted(path for path in checkpoint.rglob("*") if path.is_file())
    lines = [f"{sha256_of(path)}  {path.relative_to(checkpoint).as_posix()}\n" for path in files]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _loaded(wanted: Wanted) -> Loaded:
    try:
        if wanted.family == "detoxify":
            from spanglass_evaluators.models.preparing.detoxify import load_detoxify

            return load_detoxify(wanted.checkpoint, wanted.base or wanted.checkpoint.parent)
        from spanglass_evaluators.models.preparing.folders import load_classifier, load_embedding

        return (load_embedding if wanted.family == "embedding" else load_classifier)(wanted.checkpoint)
    except ImportError as error:
        raise ConfigurationError(
            f"preparing needs torch, transformers and onnx ({error}): pip install 'spanglass[judging]'; "
            "running what was prepared needs spanglass[onnx] alone"
        ) from error


def _written(wanted: Wanted, loaded: Loaded, digest: str, folder: Path, on_step: OnStep) -> Manifest:
    on_step("exporting the network")
    loaded.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
    export(loaded, folder / network_file("fp32"))
    if wanted.keep != "fp32":
        on_step("quantising to 8 bits")
        quantise(folder / network_file("fp32"), folder / network_file("int8"))
    on_step("comparing with torch")
    loss = {p: _loss(loaded, folder, p) for p in ("fp32", "int8") if (folder / network_file(p)).exists()}
    if loss["fp32"].largest > TOLERANCE:
        raise ConfigurationError(f"the exported network differs from torch by {loss['fp32'].largest:.2g}; not kept")
    if wanted.keep == "int8":
        (folder / network_file("fp32")).unlink()
    files = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    manifest = Manifest(wanted.name, loaded.kind, loaded.labels, loaded.max_tokens, loaded.pad_id, digest, files, loss)
    manifest.save(folder)
    return manifest


def _loss(loaded: Loaded, folder: Path, precision: str) -> Loss:
    """Against torch on texts of many lengths in padded batches, so that a lost mask shows."""
    import torch

    tokens = Tokens(folder / TOKENIZER, max_tokens=loaded.max_tokens, pad_id=loaded.pad_id)
    session = Session(folder / network_file(precision), Placement("cpu"))
    differences = []
    with torch.no_grad():
        for batch in tokens.batches(tokens.pieces(SAMPLES, windows=False)):
            truth = loaded.network(torch.from_numpy(batch.ids), torch.from_numpy(batch.mask)).numpy()
            differences.append(np.abs(session.run(batch) - truth).ravel())
    found = np.concatenate(differences)
    return Loss(float(found.max()), float(found.mean()))
