"""The chain that a dataset version, run, model version, deployment or trace belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from spanglass.registry.models import signed_bytes
from spanglass.registry.signing import Signed, is_signed
from spanglass_app import named_query
from spanglass_collector.store import Store

Row = Mapping[str, Any]


def chain(store: Store, project: str, name: str) -> list[Row]:
    """Columns of `sql/lineage.sql`, one row a deployment; [] when nothing has this name. Raises StoreError."""
    return _rows(store, "lineage", project=project, name=name)


def last_metrics(store: Store, project: str, run: str) -> list[Row]:
    """The last value of each of a run's numbers."""
    return _rows(store, "last_metrics", project=project, run=run)


def run_of(store: Store, project: str, run: str) -> Row | None:
    """One training run; None when there is none."""
    return next(iter(_rows(store, "run", project=project, run=run)), None)


def metrics_of(store: Store, project: str, run: str) -> list[Row]:
    """All numbers of a run, by name and step."""
    return _rows(store, "metrics", project=project, run=run)


def stages(store: Store, project: str, model_version: str) -> list[Row]:
    """Promotions, the oldest first."""
    model, _, version = model_version.partition("@")
    return _rows(store, "stages", project=project, model=model, version=version)


def prompts(store: Store, project: str) -> list[Row]:
    """Prompts with their number of versions and their labels."""
    return _rows(store, "prompts", project=project)


def signature_of(model_version: str, stage: Row) -> str:
    """'signed', 'unsigned', or 'FORGED' when the statement is not the one that was signed.

    Without cryptography nobody can tell: 'unchecked', and what is missing.
    """
    if not stage["Signature"]:
        return "unsigned"
    if find_spec("cryptography") is None:
        return 'unchecked: pip install "spanglass[signing]"'
    model, _, version = model_version.partition("@")
    statement = {
        "model": model,
        "version": version,
        "digest": stage["Digest"],
        "stage": stage["Stage"],
        "who": stage["Who"],
        "why": stage["Why"],
        "at": stage["At"],
    }
    return "signed" if is_signed(signed_bytes(statement), Signed(stage["Signature"], stage["PublicKey"])) else "FORGED"


def _rows(store: Store, query: str, **parameters: str) -> list[Row]:
    return [*named_query.rows(store, __package__ or "", query, parameters)]
