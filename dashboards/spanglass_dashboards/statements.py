"""SQL files with the pieces that many share: `-- include: <name>` lines are replaced by a file of `shared/`.

Grafana has no includes, so the JSON carries the whole text; the source says each filter once.
"""

from __future__ import annotations

import re
from importlib.resources import files

_INCLUDE = re.compile(r"^[ \t]*-- include: (\w+)[ \t]*$", re.MULTILINE)


def load(folder: str, name: str) -> str:
    """The statement in `<folder>/<name>.sql`, ready for a panel."""
    return _included(_read(folder, name)).strip()


def _included(sql: str) -> str:
    """An included file may include others."""
    return _INCLUDE.sub(lambda match: _included(_read("shared", match[1])).rstrip("\n"), sql)


def _read(folder: str, name: str) -> str:
    return files(__package__).joinpath(folder).joinpath(f"{name}.sql").read_text(encoding="utf-8")
