"""Where the next page begins: an opaque text that holds the last item's time (ns) and id."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from spanglass_collector.errors import Rejected

LAST_ID = "\U0010ffff"
"""Sorts behind every id."""
_INT64 = 1 << 63


@dataclass(frozen=True, slots=True)
class Cursor:
    """Items strictly before (`before_ns`, `before_id`), newest first, come next."""

    before_ns: int
    before_id: str = LAST_ID

    @classmethod
    def parse(cls, text: str, default_ns: int) -> Cursor:
        """Raises Rejected for a text that is none of ours. Empty: from `default_ns` on."""
        if not text:
            return cls(default_ns)
        try:
            before_ns, before_id = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
            str(before_id).encode()  # half a surrogate pair is no text that a store takes
        except (ValueError, TypeError, binascii.Error, UnicodeError, RecursionError):
            before_ns, before_id = None, None
        if type(before_ns) is not int or not isinstance(before_id, str) or not 0 <= before_ns < _INT64:
            raise Rejected("cursor: send back 'next' of the page before, unchanged")
        return cls(before_ns, before_id)

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(json.dumps([self.before_ns, self.before_id]).encode()).decode()
