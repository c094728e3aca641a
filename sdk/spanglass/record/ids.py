"""Random trace and span ids, distinct in every process of a forking server."""

from __future__ import annotations

import os
import random

# A generator of our own: an application that seeds `random` must not make two processes share ids.
_random = random.Random()  # noqa: S311 - ids need to be distinct, not secret

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.seed)


def new_trace_id() -> int:
    """A non-zero 128-bit id."""
    return _random.getrandbits(128) or 1


def new_span_id() -> int:
    """A non-zero 64-bit id."""
    return _random.getrandbits(64) or 1
