"""Where lifecycle records go: the collector that spans go to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from spanglass.config import DEFAULT_ENDPOINT, Config, configure_from_environment
from spanglass.runtime import runtime

_TRACES_PATH = "/v1/traces"


@dataclass(frozen=True, slots=True)
class Address:
    """Base URL of the OTLP/HTTP port, and the headers that authenticate."""

    endpoint: str
    headers: Mapping[str, str]


def records_address() -> Address | None:
    """What `init` was told, else the environment, else a collector on this machine; None with `SPANGLASS_OFFLINE=1`."""
    if os.environ.get("SPANGLASS_OFFLINE", "").strip() in ("1", "true"):
        return None
    config: Config = runtime.config or configure_from_environment()
    url = config.traces_url or DEFAULT_ENDPOINT
    return Address(url.removesuffix(_TRACES_PATH), config.headers)
