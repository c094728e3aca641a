"""Who can be told: every kind of channel, in one list. A new kind is a file here and a line in
`CHANNEL_KINDS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spanglass_collector.alerts.channels.alertmanager import REPEAT_S, Alertmanager
from spanglass_collector.alerts.channels.contract import Channel, ChannelKind
from spanglass_collector.alerts.channels.discord import Discord
from spanglass_collector.alerts.channels.email import Email
from spanglass_collector.alerts.channels.opsgenie import Opsgenie
from spanglass_collector.alerts.channels.pagerduty import PagerDuty
from spanglass_collector.alerts.channels.slack import Slack
from spanglass_collector.alerts.channels.teams import Teams
from spanglass_collector.alerts.channels.webhook import Webhook
from spanglass_collector.alerts.rule import SEVERITIES, ChannelConfig, Destination
from spanglass_collector.alerts.table import Table
from spanglass_collector.errors import ConfigurationError

CHANNEL_KINDS: dict[str, ChannelKind] = {
    "pagerduty": ChannelKind(PagerDuty.from_table),
    "slack": ChannelKind(Slack.from_table),
    "opsgenie": ChannelKind(Opsgenie.from_table),
    "teams": ChannelKind(Teams.from_table),
    "discord": ChannelKind(Discord.from_table),
    "email": ChannelKind(Email.from_table),
    "alertmanager": ChannelKind(Alertmanager.from_table, repeat_s=REPEAT_S),
    "webhook": ChannelKind(Webhook.from_table),
}


def open_channels(configs: Iterable[ChannelConfig], environ: Mapping[str, str]) -> dict[str, Channel]:
    """Channels by name. Raises ConfigurationError; secrets named by `…_env` keys are taken from `environ`."""
    return {config.name: open_channel(config, environ) for config in configs}


def open_channel(config: ChannelConfig, environ: Mapping[str, str]) -> Channel:
    """Raises ConfigurationError."""
    kind = CHANNEL_KINDS.get(config.kind)
    where = f"alert channel {config.name!r}"
    if kind is None:
        raise ConfigurationError(
            f"{config.place.inside('kind')}{where}: kind: must be one of {', '.join(CHANNEL_KINDS)}, "
            f"not {config.kind!r}"
        )
    table = Table(where, config.options, config.place)
    channel = kind.build(table, environ)
    table.refuse_unknown()
    return channel


def destinations_of(channels: Iterable[str], configs: Iterable[ChannelConfig] = ()) -> list[Destination]:
    """The channels as rules see them; one without a configuration takes everything, once."""
    known = {config.name: config for config in configs}
    return [
        Destination(name, known[name].severities, CHANNEL_KINDS[known[name].kind].repeat_s)
        if name in known
        else Destination(name, SEVERITIES)
        for name in channels
    ]
