"""Names in the place of secrets: exported files are committed and passed on."""

from __future__ import annotations

import re

from spanglass_collector.alerts.rule import ChannelConfig


def variable(channel: ChannelConfig, key: str) -> str:
    """`$NAME` of the environment variable that holds a channel's secret; never the secret."""
    return f"${variable_name(channel, key)}"


def variable_name(channel: ChannelConfig, key: str) -> str:
    named = channel.options.get(f"{key}_env")
    return str(named) if named else re.sub(r"\W", "_", f"SPANGLASS_{channel.name}_{key}").upper()
