"""Model versions: an artifact's content is its version, its descent is part of the record.

`model@version`, with the first 12 hex digits of the artifact's digest as version, is what spans carry as
`spanglass.model.version` and what the `ModelVersion` column holds.
"""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import orjson

from spanglass.lineage.digest import SHORT, Content, content_of, lineage_id
from spanglass.lineage.journal import Record, journal
from spanglass.registry.card import model_card
from spanglass.registry.signing import sign


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A registered version. `str(ref)` is `model@version`."""

    model: str
    version: str
    digest: str
    lineage_id: str

    def __str__(self) -> str:
        return f"{self.model}@{self.version}"


def register_model(model: str, path: str | Path, **known: Any) -> ModelRef:
    """Reads the whole artifact once for its digest; `known` as in `model_version`.

    Raises OSError when the artifact cannot be read: a version without content would name nothing.
    """
    ref, record = model_version(model, path, **known)
    journal().add(record)
    return ref


def promote(ref: ModelRef, stage: str, *, why: str, who: str = "", key_file: str | Path | None = None) -> None:
    """Puts a version on a stage, as `promotion` does."""
    journal().add(promotion(ref, stage, why=why, who=who, key_file=key_file))


def model_version(
    model: str,
    path: str | Path,
    *,
    version: str = "",
    base_model: str = "",
    adapter: str = "",
    quantisation: str = "",
    run_id: str = "",
    lineage_id: str = "",
    dataset_digest: str = "",
    evaluation: Mapping[str, float] | None = None,
    notes: str = "",
) -> tuple[ModelRef, Record]:
    """The version's name and its record. `notes` (Markdown) goes into the model card. Raises OSError."""
    content = content_of(Path(path))
    ref = ModelRef(model, version or content.digest[:SHORT], content.digest, lineage_id or _own_lineage(content))
    record: dict[str, Any] = {
        "record": "model_version",
        "model": model,
        "version": ref.version,
        "lineage_id": ref.lineage_id,
        "created_at": _now(),
        "uri": str(path),
        "digest": content.digest,
        "size_bytes": content.size_bytes,
        "base_model": base_model,
        "adapter": adapter,
        "quantisation": quantisation,
        "run_id": run_id,
        "dataset_digest": dataset_digest,
        "evaluation": {name: float(value) for name, value in (evaluation or {}).items()},
    }
    return ref, {**record, "card": model_card(record, notes)}


def promotion(ref: ModelRef, stage: str, *, why: str, who: str = "", key_file: str | Path | None = None) -> Record:
    """The record that puts a version on a stage (`staging`, `production`, ...); `key_file`, an Ed25519 private key in
    PEM, signs it.

    Raises SpanglassError when the key cannot be used: an unsigned promotion must not pass for a signed one.
    """
    statement = {
        "model": ref.model,
        "version": ref.version,
        "digest": ref.digest,
        "stage": stage,
        "who": who or getpass.getuser(),
        "why": why,
        "at": _now(),
    }
    signed = sign(signed_bytes(statement), Path(key_file)) if key_file else None
    proof = {"signature": signed.signature, "public_key": signed.public_key} if signed else {}
    return {"record": "model_stage", **statement, **proof}


def signed_bytes(statement: Mapping[str, Any]) -> bytes:
    """What a signature is over: the statement's model, version, digest, stage, who, why and at (UTC, microseconds) as
    JSON, names sorted, no spaces, UTF-8."""
    said = {name: statement[name] for name in ("model", "version", "digest", "stage", "who", "why")}
    at = statement["at"]
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    utc = moment.astimezone(timezone.utc) if moment.tzinfo else moment
    return orjson.dumps({**said, "at": f"{utc:%Y-%m-%dT%H:%M:%S.%fZ}"}, option=orjson.OPT_SORT_KEYS)


def _own_lineage(content: Content) -> str:
    return lineage_id(content.digest)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat()
