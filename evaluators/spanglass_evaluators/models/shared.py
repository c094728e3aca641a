"""One copy of a model in a process, whoever asks for it."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Lock

from spanglass_evaluators.models.cache import located
from spanglass_evaluators.models.network import Network
from spanglass_evaluators.models.session import Placement

_log = logging.getLogger(__name__)
_opened: dict[tuple[Path, Placement], Network] = {}
_lock = Lock()


def opened(name: str, placement: Placement | None = None) -> Network:
    """The model of that name or path, loaded by the first who asks. Raises ConfigurationError."""
    placement = placement or Placement()
    folder = located(name).resolve()
    with _lock:  # two threads must not load it twice: the second would double the memory
        if (folder, placement) not in _opened:
            network = _opened[folder, placement] = Network(folder, placement)
            size = "unknown" if network.memory_bytes is None else f"{network.memory_bytes / 1e6:.0f} MB"
            _log.info("model %s (%s, %s): memory %s", folder.name, network.precision, network.provider, size)
        return _opened[folder, placement]
