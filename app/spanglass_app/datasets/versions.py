"""Dataset versions in the store: written whole, found by `name`, `name@version` or `name@latest`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import orjson

from spanglass.lineage.digest import SHORT, lineage_id
from spanglass.training.surroundings import code
from spanglass_app import named_query
from spanglass_app.datasets.assemble import Assembled
from spanglass_app.datasets.item import Item
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.lineage.record import DatasetItem, DatasetVersion
from spanglass_collector.lineage.write import write
from spanglass_collector.store import Store

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the items came from. `data_revision`: DVC's digest of the file, '' when it has none."""

    source: Literal["traces", "file"]
    selection: str
    parent: Mapping[str, Any] | None = None
    data_revision: str = ""


def save(store: Store, project: str, dataset: str, made: Assembled, origin: Origin, at: datetime) -> DatasetVersion:
    """Items first, then the version that names them: one that is found is whole. Same content, same version."""
    version = DatasetVersion(
        record="dataset",
        dataset=dataset,
        version=made.digest[:SHORT],
        digest=made.digest,
        lineage_id=lineage_id(made.digest),
        created_at=at,
        parent_digest=origin.parent["Digest"] if origin.parent else "",
        parent_lineage_id=origin.parent["LineageId"] if origin.parent else "",
        source=origin.source,
        selection=origin.selection,
        items=len(made.items),
        splits=made.sizes(),
        code_revision=code().revision,
        data_revision=origin.data_revision,
    )
    rows = [_row(split, item, made.digest, at) for split, item in made.items]
    for start in range(0, len(rows), _BATCH):
        write(store, project, rows[start : start + _BATCH])
    write(store, project, [version])
    return version


def find(store: Store, project: str, name: str) -> Mapping[str, Any]:
    """Columns of one version. Raises ConfigurationError, saying what there is."""
    dataset, _, version = name.partition("@")
    known = listed(store, project, dataset)
    if not known:
        raise ConfigurationError(f"no dataset named {dataset!r} in project {project!r}: see 'spanglass dataset list'")
    if version in ("", "latest"):
        return known[0]
    found = [row for row in known if row["Digest"].startswith(version)]
    if len(found) != 1:
        raise ConfigurationError(
            f"{dataset!r} has no version {version!r}; it has {', '.join(r['Version'] for r in known)}"
        )
    return found[0]


def listed(store: Store, project: str, dataset: str = "") -> list[Mapping[str, Any]]:
    """All versions, the newest of each dataset first."""
    return _rows(store, "versions", {"project": project, "dataset": dataset})


def items(store: Store, project: str, digest: str, split: str = "") -> list[Mapping[str, Any]]:
    """Rows of one version's items, messages as JSON text, in order of item id."""
    return _rows(store, "items", {"project": project, "digest": digest, "split": split})


def items_of(store: Store, project: str, digest: str) -> list[Item]:
    """The items of one version, to build the next one on."""
    return [
        Item(
            orjson.loads(row["Messages"]),
            orjson.loads(row["Rejected"]) if row["Rejected"] else None,
            row["TraceId"],
            row["SpanId"],
            row["Metadata"].get("session", ""),
            row["Metadata"],
        )
        for row in items(store, project, digest)
    ]


def dvc_digest(path: Path) -> str:
    """What `path.dvc` beside a DVC-tracked file says; '' without one."""
    try:
        note = path.with_name(path.name + ".dvc").read_text(encoding="utf-8")
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in note.splitlines() if "md5:" in line), "")


def _row(split: str, item: Item, digest: str, at: datetime) -> DatasetItem:
    return DatasetItem(
        record="dataset_item",
        dataset_digest=digest,
        item_id=item.item_id,
        split=split,
        trace_id=item.trace_id,
        span_id=item.span_id,
        messages=orjson.dumps(item.messages).decode(),
        rejected=orjson.dumps(item.rejected).decode() if item.rejected else "",
        metadata={**item.metadata, **({"session": item.conversation} if item.conversation else {})},
        added_at=at,
    )


def _rows(store: Store, name: str, parameters: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*named_query.rows(store, __package__ or "", name, parameters)]
