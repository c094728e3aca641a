"""What runs where from now on: rows, and lines on the dashboards."""

from __future__ import annotations

import getpass
import secrets
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from spanglass.lineage.journal import Record, journal
from spanglass.registry.models import ModelRef


def record_deployment(**said: Any) -> str:
    """Call it from the release script, after the switch; `said` as in `deployment`. Returns the deployment's id."""
    record = deployment(**said)
    journal().add(record)
    return str(record["deployment_id"])


def deployment(
    *,
    environment: str,
    model: ModelRef | str = "",
    prompts: Mapping[str, int | str] | None = None,
    release: str = "",
    service: str = "",
    who: str = "",
    why: str = "",
    lineage_id: str = "",
) -> Record:
    """The record of one deployment. `model`: `model@version`, or what `register_model` returned."""
    return {
        "record": "deployment",
        "deployment_id": secrets.token_hex(8),
        "deployed_at": datetime.now(timezone.utc).isoformat(),
        "environment": environment,
        "service": service,
        "release": release,
        "model_version": str(model),
        "prompt_versions": {name: str(version) for name, version in (prompts or {}).items()},
        "who": who or getpass.getuser(),
        "why": why,
        "lineage_id": lineage_id or (model.lineage_id if isinstance(model, ModelRef) else ""),
    }
