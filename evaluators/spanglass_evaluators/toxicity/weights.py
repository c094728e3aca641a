"""The weights file and the linear score computed from it.

File format (version 1): a compressed ``.npz`` archive of plain arrays, read with ``allow_pickle=False``:
``format`` (int), ``char`` and ``word`` (int8, ``2**FEATURE_BITS`` each), ``scales`` (float: char, word),
``bias`` (float), ``platt`` (float: slope, intercept) and ``threshold`` (float, on the calibrated value).
A sentence scores ``bias + scale_c * sum(char) / sqrt(n_char + 3) + scale_w * sum(word) / sqrt(n_word + 3)``
over its n-grams (``ngrams.py``).
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spanglass_evaluators.toxicity.ngrams import FEATURES, Grams, HashedBlock, line_scales

FORMAT = 1
Floats = npt.NDArray[np.float64]


class WeightsError(ValueError):
    """The weights file is not one that this version can read. Reinstall, or name a matching file."""


@dataclass(frozen=True)
class Weights:
    """Linear weights, calibration and threshold. ``char`` and ``word`` are float32 of length FEATURES."""

    char: npt.NDArray[np.float32]
    word: npt.NDArray[np.float32]
    bias: float
    platt: tuple[float, float]
    threshold: float

    @classmethod
    def parse(cls, content: bytes) -> Weights:
        """Reads the format above. Raises WeightsError when anything in it does not fit."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            return cls._from_arrays(arrays)
        except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise WeightsError(f"toxicity weights cannot be read: {error}") from error

    @classmethod
    def _from_arrays(cls, arrays: dict[str, npt.NDArray[np.generic]]) -> Weights:
        if int(arrays["format"].item()) != FORMAT:
            raise ValueError(f"format {arrays['format']} found, {FORMAT} expected")
        scales, platt = arrays["scales"].astype(float), arrays["platt"].astype(float)
        char, word = (arrays[name].astype(np.float32) for name in ("char", "word"))
        if not char.shape == word.shape == (FEATURES,):
            raise ValueError(f"{char.shape} and {word.shape} weights found, {FEATURES} of each kind expected")
        return cls(
            char=char * np.float32(scales[0]),
            word=word * np.float32(scales[1]),
            bias=float(arrays["bias"].item()),
            platt=(float(platt[0]), float(platt[1])),
            threshold=float(arrays["threshold"].item()),
        )

    def probabilities(self, block: HashedBlock) -> Floats:
        """One calibrated value per line of the block; NaN where a line has no Latin letter to judge."""
        return self.calibrated(self.margins(block), block.has_latin())

    def calibrated(self, margins: Floats, has_latin: npt.NDArray[np.bool_]) -> Floats:
        """The probabilities of margins; NaN where there is nothing to judge."""
        slope, intercept = self.platt
        values = 1.0 / (1.0 + np.exp(-(slope * margins + intercept)))
        return np.where(has_latin, values, np.nan)

    def margins(self, block: HashedBlock) -> Floats:
        """One uncalibrated linear score per line."""
        char = _scaled_sums(self.char, block.chars(), block.lines)
        word = _scaled_sums(self.word, block.words(), block.lines)
        return self.bias + char + word


def _scaled_sums(weights: npt.NDArray[np.float32], grams: Grams, lines: int) -> Floats:
    """Sum over the n-grams of each line, scaled by their number much as in L2-normalised counts."""
    sums = np.bincount(grams.line, weights[grams.feature], lines).astype(np.float64)
    return sums * line_scales(grams, lines)
