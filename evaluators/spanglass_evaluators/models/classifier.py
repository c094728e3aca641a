"""Probabilities of labels from a prepared classifier; the worst window of a long text decides."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.models.network import Floats, Network
from spanglass_evaluators.models.session import Placement
from spanglass_evaluators.models.shared import opened

_REMEMBERED = 4096  # texts


class Classifier:
    """Scores texts; remembers the last few thousand, since one evaluator per label asks for the same ones."""

    def __init__(self, network: Network) -> None:
        if network.manifest.kind != "classifier":
            raise ConfigurationError(f"{network.manifest.name} is an {network.manifest.kind}, no classifier")
        self._network = network
        self._known: OrderedDict[bytes, Floats] = OrderedDict()
        self._lock = Lock()

    @property
    def labels(self) -> tuple[str, ...]:
        return self._network.manifest.labels

    @property
    def digest(self) -> str:
        return self._network.digest

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Texts x labels: the highest value of each label over a text's windows."""
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            found.update(zip(missing, self._judged(list(missing.values())), strict=True))
            self._remember({key: found[key] for key in missing})
        return np.stack([found[key] for key in keys]) if keys else np.empty((0, len(self.labels)), np.float32)

    def _judged(self, texts: list[str]) -> Floats:
        pieces = self._network.pieces(texts, windows=True)
        worst = np.zeros((len(texts), len(self.labels)), np.float32)
        np.maximum.at(worst, pieces.text, self._network.values(pieces))
        return worst

    def _remember(self, judged: dict[bytes, Floats]) -> None:
        with self._lock:
            self._known.update(judged)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


_classifiers: dict[int, Classifier] = {}


def load(name: str, placement: Placement | None = None) -> Classifier:
    """The process's one classifier of that name or path. Raises ConfigurationError."""
    network = opened(name, placement)
    return _classifiers.setdefault(id(network), Classifier(network))
