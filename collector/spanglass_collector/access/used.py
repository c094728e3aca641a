"""When each key was last used, to the minute, in a small file beside the collector's data.

Not in the key file, which may be a read-only mount. Losing it loses nothing but the display.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

from spanglass_collector.access.file import write_private

log = logging.getLogger(__name__)

RESOLUTION_S = 60.0


class LastUse:
    """Written at most once a minute per key."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = read_last_use(path)

    def note(self, prefix: str, now_s: float) -> None:
        if abs(now_s - self._seen.get(prefix, 0.0)) < RESOLUTION_S:
            return
        self._seen[prefix] = now_s
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_private(self._path, json.dumps({**read_last_use(self._path), **self._seen}))
        except OSError as error:  # a full disk must not turn senders away
            log.warning("the last use of keys cannot be noted in %s: %s", self._path, error.strerror)


def read_last_use(path: Path) -> dict[str, float]:
    """Unix seconds by prefix; {} when there is nothing readable."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {str(prefix): float(at_s) for prefix, at_s in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
