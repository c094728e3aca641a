"""Which data a run was given: a dataset version exported by `spanglass dataset export`, or any file.

The export writes `<file>.dataset.json` beside the data: {"dataset", "version", "digest", "lineage_id", "file_digest"}.
A file without that note, or changed since, is known by its own digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

from spanglass.lineage.digest import content_of, lineage_id

NOTE_SUFFIX = ".dataset.json"


@dataclass(frozen=True, slots=True)
class DatasetRef:
    """`name` is `dataset@version`, or the file's name when it is no dataset version."""

    name: str
    digest: str
    lineage_id: str


def dataset_ref(data: str | Path | DatasetRef) -> DatasetRef:
    """Raises OSError when the file cannot be read."""
    if isinstance(data, DatasetRef):
        return data
    path = Path(data)
    content, note = content_of(path), _note(path)
    if note is not None and note.get("file_digest") == content.digest:
        return DatasetRef(f"{note['dataset']}@{note['version']}", note["digest"], note["lineage_id"])
    return DatasetRef(path.name, content.digest, lineage_id(content.digest))


def _note(path: Path) -> dict[str, str] | None:
    try:
        note: dict[str, str] = orjson.loads(path.with_name(path.name + NOTE_SUFFIX).read_bytes())
    except (OSError, ValueError):
        return None
    return note
