"""Who can be told: every kind of channel, in one list. A new kind is a file here and a line in
`CHANNEL_KINDS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spanglass_collector.alerts.channels.contract import Channel, ChannelFactory
from spanglass_collector.alerts.channels.pagerduty import PagerDuty
from spanglass_collector.alerts.channels.webhook import Webhook
from spanglass_collector.alerts.rules import ChannelConfig
from spanglass_collector.alerts.table import Table
from spanglass_collector.errors import ConfigurationError

CHANNEL_KINDS: dict[str, ChannelFactory] = {
    "pagerduty": PagerDuty.from_table,
    "webhook": Webhook.from_table,
}


def open_channels(configs: Iterable[ChannelConfig], environ: Mapping[str, str]) -> dict[str, Channel]:
    """Channels by name. Raises ConfigurationError; secrets named by `…_env` keys are taken from `environ`."""
    return {config.name: _open(config, environ) for config in configs}


def _open(config: ChannelConfig, environ: Mapping[str, str]) -> Channel:
    factory = CHANNEL_KINDS.get(config.kind)
    if factory is None:
        raise ConfigurationError(
            f"alert channel {config.name!r}: kind: must be one of {', '.join(CHANNEL_KINDS)}, not {config.kind!r}"
        )
    table = Table(f"alert channel {config.name!r}", config.options)
    channel = factory(table, environ)
    table.refuse_unknown()
    return channel
