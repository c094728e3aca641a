"""Short names for configurations: two scores are comparable when evaluator, version and digest agree."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, is_dataclass
from typing import Any

import orjson

_LENGTH = 12


def config_digest(config: Any) -> str:
    """The first 12 hex digits of SHA-256 over the configuration as JSON with sorted keys."""
    plain = asdict(config) if is_dataclass(config) and not isinstance(config, type) else config
    text = orjson.dumps(plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return hashlib.sha256(text).hexdigest()[:_LENGTH]
