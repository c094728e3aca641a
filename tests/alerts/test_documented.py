"""docs/alerts.md names every kind, key, metric, channel and command there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spanglass_collector.alerts.channels import CHANNEL_KINDS
from spanglass_collector.alerts.kinds import KINDS
from spanglass_collector.alerts.metrics import METRICS
from spanglass_collector.alerts.rules import default_rules

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/alerts.md").read_text(encoding="utf-8")
ALERTS = ROOT / "collector/spanglass_collector/alerts"


@pytest.mark.parametrize("name", [*KINDS, *CHANNEL_KINDS, *METRICS, *(rule.name for rule in default_rules())])
def test_every_name_is_documented(name: str) -> None:
    """Kinds of rules, kinds of channels, metrics, shipped rules."""
    assert re.search(rf"\W{re.escape(name)}\W", DOCUMENT)


def keys() -> list[str]:
    """What the code asks of a configuration table."""
    files = [ALERTS / "rules.py", ALERTS / "quiet.py", *(ALERTS / "kinds").glob("*.py")]
    read = re.compile(
        r'table\.(?:text|number|whole|boolean|duration|choice|texts|lists|inner|tables|table)\(\s*"(\w+)"'
    )
    return sorted({key for file in files for key in read.findall(file.read_text(encoding="utf-8"))})


@pytest.mark.parametrize("key", keys())
def test_every_key_is_documented(key: str) -> None:
    """Whatever a rule, a channel's common keys or a maintenance window may hold."""
    assert re.search(rf"\W{key}\W", DOCUMENT)


def test_links_lead_somewhere() -> None:
    """Relative links in the document and its runbooks are files."""
    for page in (ROOT / "docs/alerts.md", *(ROOT / "docs/runbooks").glob("*.md")):
        for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            assert "://" in link or (page.parent / link).exists(), f"{page.name}: {link}"


def test_pages_carry_no_prompt_text() -> None:
    """No shipped question selects a column that holds what people or models wrote."""
    texts = ("InputMessages", "OutputMessages", "SystemInstructions", "StatusMessage", "Documents", "Input ", "Output ")
    files = [ALERTS / "default_rules.toml", ALERTS / "metrics.py", *(ALERTS / "queries").iterdir()]
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not [name for name in texts if name in text], file.name
