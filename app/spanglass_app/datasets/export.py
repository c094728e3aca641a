"""A version as a file to fine-tune on.

`openai`: {"messages": [...]} a line, what OpenAI's fine-tuning and most trainers read. `dpo`: {"prompt", "chosen",
"rejected"} as lists of messages, what TRL's preference trainers read. Beside the file lies `<file>.dataset.json`, by
which `training_run(dataset=<file>)` knows version and lineage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson

from spanglass.lineage.dataset import NOTE_SUFFIX
from spanglass.lineage.digest import content_of

Shape = Literal["openai", "dpo"]


@dataclass(frozen=True, slots=True)
class Exported:
    """`left_out`: items without a wanted answer, or for `dpo` without one that was not wanted."""

    lines: int
    left_out: int


def export(items: Iterable[Mapping[str, Any]], version: Mapping[str, Any], path: Path, shape: Shape) -> Exported:
    """Writes file and note. Raises OSError."""
    shaped = [_openai(item) if shape == "openai" else _dpo(item) for item in items]
    lines = [line for line in shaped if line is not None]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines))
    note = {
        "dataset": version["Dataset"],
        "version": version["Version"],
        "digest": version["Digest"],
        "lineage_id": version["LineageId"],
        "file_digest": content_of(path).digest,
    }
    path.with_name(path.name + NOTE_SUFFIX).write_bytes(orjson.dumps(note, option=orjson.OPT_INDENT_2))
    return Exported(len(lines), len(shaped) - len(lines))


def _openai(item: Mapping[str, Any]) -> dict[str, Any] | None:
    messages = orjson.loads(item["Messages"])
    return {"messages": messages} if _is_answered(messages) else None


def _dpo(item: Mapping[str, Any]) -> dict[str, Any] | None:
    messages = orjson.loads(item["Messages"])
    if not _is_answered(messages) or not item["Rejected"]:
        return None
    return {"prompt": messages[:-1], "chosen": messages[-1:], "rejected": [orjson.loads(item["Rejected"])]}


def _is_answered(messages: list[dict[str, Any]]) -> bool:
    return bool(messages) and messages[-1].get("role") == "assistant"
