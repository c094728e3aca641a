"""A prepared model in memory: texts in, rows of numbers out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from spanglass_evaluators.models.manifest import TOKENIZER, Manifest, checked, network_file
from spanglass_evaluators.models.memory import resident_bytes
from spanglass_evaluators.models.session import (
    CUDA,
    Placement,
    Session,
    available_providers,
    chosen_precision,
    providers,
)
from spanglass_evaluators.models.tokens import Pieces, Tokens

Floats = npt.NDArray[np.float32]


class Network:
    """Opened from a folder of `spanglass models prepare`; safe between threads.

    `memory_bytes`: by how much opening it made the process grow, None where the system does not say. Running adds
    activations of up to about 100 MB for a network of BERT-base's size.
    """

    def __init__(self, folder: Path, placement: Placement) -> None:
        before = resident_bytes()
        self.manifest = Manifest.load(folder)
        on_gpu = providers(placement.device, available_providers())[0] == CUDA
        self.precision = chosen_precision(self.manifest.precisions, on_gpu)
        path = checked(folder, self.manifest, network_file(self.precision))
        self._session = Session(path, placement)
        self._tokens = Tokens(
            checked(folder, self.manifest, TOKENIZER),
            max_tokens=self.manifest.max_tokens,
            pad_id=self.manifest.pad_id,
        )
        after = resident_bytes()
        self.memory_bytes = None if before is None or after is None else max(after - before, 0)

    @property
    def digest(self) -> str:
        return self.manifest.digest_of(self.precision)

    @property
    def provider(self) -> str:
        """ONNX Runtime's name of what it runs on."""
        return self._session.provider

    def pieces(self, texts: Sequence[str], *, windows: bool) -> Pieces:
        return self._tokens.pieces(texts, windows=windows)

    def values(self, pieces: Pieces) -> Floats:
        """One row per piece, in order."""
        rows: list[Floats] = [np.empty(0, np.float32)] * len(pieces.ids)
        for batch in self._tokens.batches(pieces):
            for row, values in zip(batch.rows, self._session.run(batch), strict=True):
                rows[row] = values
        return np.stack(rows) if rows else np.empty((0, 0), np.float32)
