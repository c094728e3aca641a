"""Google's enumerations by number: an older client asked for numbers, today's understands names alone.

Numbers are those of google.cloud.aiplatform.v1 (Type, Candidate.FinishReason, Modality, TrafficType).
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.instrumentation.cassettes import Recording

NAMES = {
    "type": ("TYPE_UNSPECIFIED", "STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"),
    "finishReason": ("FINISH_REASON_UNSPECIFIED", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "OTHER"),
    "modality": ("MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "VIDEO", "AUDIO", "DOCUMENT"),
    "trafficType": ("TRAFFIC_TYPE_UNSPECIFIED", "ON_DEMAND", "PROVISIONED_THROUGHPUT"),
}


def with_names(recording: Recording) -> Recording:
    """The same call in names."""
    if "enum-encoding" not in recording.url:
        return recording
    body = json.dumps(_named(json.loads(recording.plain_body))).encode()
    return replace(recording, request=_named(recording.request), body=body)


def _named(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _named(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_named(inner, key) for inner in value]
    return NAMES[key][value] if key in NAMES and isinstance(value, int) else value
