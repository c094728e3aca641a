"""Secrets from files: SPANGLASS_X_FILE names a file that holds what SPANGLASS_X would.

Docker and Kubernetes mount secrets as files, so that no listing of a container's settings shows them.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

from spanglass_collector.errors import ConfigurationError

PREFIX, SUFFIX = "SPANGLASS_", "_FILE"


def read_secret_files(environ: MutableMapping[str, str]) -> None:
    """Put each file's text, less a last line break, where settings are looked for. A variable that is set goes first.

    Raises ConfigurationError that names the variable whose file cannot be read.
    """
    for name, path in list(environ.items()):
        target = name.removesuffix(SUFFIX)
        if not name.startswith(PREFIX) or target == name or not path or environ.get(target):
            continue
        try:
            environ[target] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{name}: {path} cannot be read: {error}") from error
