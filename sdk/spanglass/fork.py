"""Forked children: a runtime of their own, and delivery at their end.

Children of `multiprocessing` (and of process pools) leave with `os._exit`, which skips `atexit`; its own
finalizers do run, so the exit hook is registered there too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


def after_fork(restart: Callable[[], None], shutdown: Callable[[], None]) -> None:
    """In every forked child: runs `restart` at once and `shutdown` before a multiprocessing child ends."""

    def in_child() -> None:
        restart()
        _at_multiprocessing_exit(shutdown)

    _at_multiprocessing_exit(shutdown)  # children of a fork server import us after their fork, and leave the same way
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=in_child)


def _at_multiprocessing_exit(shutdown: Callable[[], None]) -> None:
    util = sys.modules.get("multiprocessing.util")  # not loaded: this child is not one of multiprocessing
    if util is not None:
        # The child clears all finalizers before it runs its after-fork hooks, so ours is made in such a hook.
        util.register_after_fork(shutdown, lambda hook: util.Finalize(None, hook, exitpriority=0))
