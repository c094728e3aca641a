"""Rules as read from TOML, and what is said about wrong ones."""

from __future__ import annotations

import pytest

from spanglass_collector.alerts.channels import open_channels
from spanglass_collector.alerts.kinds.threshold import MetricQuestion
from spanglass_collector.alerts.kinds.windows import WindowQuestion
from spanglass_collector.alerts.rules import default_rules, from_mapping
from spanglass_collector.alerts.table import load_toml
from spanglass_collector.errors import ConfigurationError

GOOD = """
[alerts]
default_rules = false
interval_s = 10
trace_url = "http://localhost:3000/d/trace?var-trace_id={trace_id}"

[[alerts.rules]]
name = "errors"
metric = "error_rate"
filter = { Environment = "production", Model = ["gpt-4", "gpt-4o"] }
group_by = ["ServiceName"]
threshold = 0.05
window = "10m"
for_s = 120
severity = "critical"
channels = ["pager"]

[[alerts.rules]]
name = "drift"
kind = "drift"
features = ["score:%"]
min_effect = 0.3

[alerts.channels.pager]
kind = "pagerduty"
routing_key_env = "PAGER_KEY"
"""

R = 'name = "r"\nmetric = "error_rate"\nthreshold = 1\n'
# fmt: off
WRONG = {  # the rule's table: a part of what is said about it
    'name = "r"\nmetric = "error_rat"\nthreshold = 1': "'r': metric: 'error_rat' is no metric: use one of",
    'name = "r"\nmetric = "score_share:toxicity"\nthreshold = 1': "score_share:<score>:<label>",
    'name = "r"\nmetric = "error_rate"': "alert rule 'r': threshold: is missing",
    'name = "r"\nmetric = "error_rate"\nthreshold = "1"': "threshold: must be a number, not '1'",
    R + 'op = "=="': "op: must be one of >, >=, <, <=, not '=='",
    R + 'window = "10 min"': 'window: must be a duration such as "90s"',
    R + 'for = 10': "for: unknown key; known here are",
    R + 'for_s = -1': "for_s: must be at least 0",
    R + 'severity = "bad"': "severity: must be one of critical, error",
    R + 'group_by = ["Colour"]': "group_by: error_rate has no column 'Colour'",
    R + 'filter = {X = "y"}': "filter: error_rate has no column 'X'",
    R + 'channels = ["pager"]': "there is no channel 'pager'",
    'name = "r"\nthreshold = 1': "metric: give either metric",
    'name = "r"\nkind = "magic"': "kind: must be one of threshold, anomaly, burn_rate",
    'name = "drift"\nkind = "drift"\nthreshold = 1': "alert rule 'drift': threshold: unknown key",
    'metric = "error_rate"': "alerts.rules[0]: every rule needs a name",
}
# fmt: on


def test_a_configuration_is_read() -> None:
    """Rules, channels and the rest of [alerts] arrive as they were written."""
    config = from_mapping(load_toml(GOOD))
    errors, drift = config.rules
    assert isinstance(errors.question, MetricQuestion)
    assert errors.question.selection.filters == {"Environment": ("production",), "Model": ("gpt-4", "gpt-4o")}
    assert (errors.window_s, errors.terms.for_s, errors.threshold, errors.channels) == (600, 120, 0.05, ("pager",))
    assert drift.question == WindowQuestion("drift", ("score:%",), 0.3)
    assert (config.interval_s, config.channels[0].kind) == (10, "pagerduty")


@pytest.mark.parametrize(("text", "said"), WRONG.items())
def test_a_wrong_rule_is_named_with_what_would_be_right(text: str, said: str) -> None:
    """The message says which rule, which key and what is possible."""
    with pytest.raises(ConfigurationError) as error:
        from_mapping(load_toml(f"[[alerts.rules]]\n{text}"))
    assert said in str(error.value)


def test_a_name_used_twice_is_refused() -> None:
    """Two rules of one name would share their alerts."""
    rule = '[[alerts.rules]]\nname = "r"\nmetric = "error_rate"\nthreshold = 1\n'
    with pytest.raises(ConfigurationError, match="'r': the name is used twice"):
        from_mapping(load_toml(rule * 2))


def test_a_syntax_error_says_where() -> None:
    """TOML that does not parse is reported with its line."""
    with pytest.raises(ConfigurationError, match="line 2"):
        load_toml("[alerts]\ninterval_s = = 3")


def test_defaults_come_along_and_can_be_replaced_or_left_out() -> None:
    """A rule of a default's name takes its place; `default_rules = false` drops them all."""
    names = [rule.name for rule in default_rules()]
    own = '[[alerts.rules]]\nname = "llm-latency"\nmetric = "latency_p95_s"\nthreshold = 5'
    config = from_mapping(load_toml(own))
    assert sorted(rule.name for rule in config.rules) == sorted(names)
    assert next(rule for rule in config.rules if rule.name == "llm-latency").threshold == 5
    assert from_mapping({"alerts": {"default_rules": False}}).rules == ()


def test_a_channel_takes_its_secret_from_the_environment() -> None:
    """A missing variable is named; a key of the wrong length is refused."""
    channels = from_mapping(load_toml(GOOD)).channels
    assert list(open_channels(channels, {"PAGER_KEY": "k" * 32})) == ["pager"]
    with pytest.raises(ConfigurationError, match="environment variable PAGER_KEY is not set"):
        open_channels(channels, {})
    with pytest.raises(ConfigurationError, match="routing_key: must be the integration's 32 characters, not 3"):
        open_channels(channels, {"PAGER_KEY": "abc"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('kind = "pigeon"', "'c': kind: must be one of pagerduty, slack, opsgenie"),
        ('kind = "webhook"', "'c': url: is missing"),
        ('kind = "webhook"\nurl = "ftp://x"', "url: must be an http:// or https:// address"),
        ('kind = "webhook"\nurl = "http://x/"\nsecret = "abc"', "secret: must be whsec_ followed by base64"),
        ('kind = "webhook"\nurl = "http://x/"\ncolour = "red"', "colour: unknown key"),
    ],
)
def test_a_wrong_channel_is_named(text: str, said: str) -> None:
    """Channels are checked before anything runs."""
    config = from_mapping(load_toml(f"[alerts.channels.c]\n{text}"))
    with pytest.raises(ConfigurationError) as error:
        open_channels(config.channels, {})
    assert said in str(error.value)
