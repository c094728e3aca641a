"""Vectors of texts: a prepared sentence-embedding model, or the built-in one that needs no download.

Both are callables `texts -> rows of length 1`, float32; they can take the place of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Protocol

import numpy as np
import numpy.typing as npt

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.models.network import Floats, Network
from spanglass_evaluators.models.session import Placement
from spanglass_evaluators.models.shared import opened

BUILT_IN = "builtin"

Embed = Callable[[Sequence[str]], npt.NDArray[np.floating]]
"""Texts to one row each; rows need not be of length 1. May load a model, may block."""


class Embedding(Protocol):
    """Texts to rows. May block; deterministic; a row does not depend on the other texts (but for rounding)."""

    @property
    def digest(self) -> str:
        """Changes when the vectors would."""
        ...

    @property
    def dimensions(self) -> int: ...

    def __call__(self, texts: Sequence[str]) -> Floats: ...


class NetworkEmbedding:
    """Mean of the last layer over a text's tokens, scaled to length 1; reads the first window of a text."""

    def __init__(self, network: Network) -> None:
        if network.manifest.kind != "embedding":
            raise ConfigurationError(f"{network.manifest.name} is a {network.manifest.kind}, no embedding")
        self._network = network

    @property
    def digest(self) -> str:
        return self._network.digest

    @property
    def dimensions(self) -> int:
        return len(self._network.manifest.labels)

    def __call__(self, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        return self._network.values(self._network.pieces(texts, windows=False))


def named(setting: str) -> Embed:
    """What a setting `embedding` stands for: `builtin`, `module:function`, or a prepared model by name or path.

    Raises ConfigurationError.
    """
    if ":" not in setting:
        return load(setting)
    module, _, attribute = setting.partition(":")
    try:
        found: Embed = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(f"embedding = {setting!r} names no function of a module: {error}") from error
    return found


def load(name: str = BUILT_IN, placement: Placement | None = None) -> Embedding:
    """`builtin`, or a prepared model by name or path. Raises ConfigurationError."""
    if name == BUILT_IN:
        from spanglass_evaluators.models.lexical import LexicalEmbedding

        return LexicalEmbedding()
    return NetworkEmbedding(opened(name, placement))
