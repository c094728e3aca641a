"""Runs something right after a module was imported for the first time, and imports nothing itself.

An instrumentation imports the client it watches, which can take a second; an application that has the client
installed and does not use it should not pay for that.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Action = Callable[[], None]  # must not raise


class ImportWatcher(MetaPathFinder):
    """In front of `sys.meta_path`; finds nothing itself, and lets other finders do it."""

    def __init__(self) -> None:
        self._actions: dict[str, Action] = {}
        self._lock = threading.Lock()

    def when_imported(self, module: str, action: Action) -> None:
        """Runs `action` now if `module` is imported already, else in the thread that imports it first."""
        if module in sys.modules:
            action()
            return
        with self._lock:
            self._actions[module] = action
            if self not in sys.meta_path:
                sys.meta_path.insert(0, self)

    def forget(self) -> None:
        """Undoes every `when_imported` that has not run."""
        with self._lock:
            self._actions.clear()
            if self in sys.meta_path:
                sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._actions:
            return None
        spec = self._found_by_others(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Notifying(spec.loader, lambda: self._run(fullname))
        return spec

    def _found_by_others(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(fullname, path, target) if find else None
            if spec is not None:
                return spec
        return None

    def _run(self, fullname: str) -> None:
        with self._lock:
            action = self._actions.pop(fullname, None)
        if action is not None:
            action()


class _Notifying(Loader):
    """Stands in for a loader until its module ran; then nobody can tell that it was there."""

    def __init__(self, loader: Any, then: Action) -> None:
        self._loader = loader
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._then()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
