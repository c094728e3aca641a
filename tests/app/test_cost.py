"""`spanglass cost` and `spanglass reprice`, as a person calls them, against a running collector."""

from __future__ import annotations

import uuid
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from spanglass_app.cli import app
from spanglass_collector.background import BackgroundCollector
from tests.otlp_samples import make_request, make_span

OWN = '[[prices.models]]\nmodel = "{model}"\ninput = {price}\noutput = 0\n'


@pytest.fixture
def model(shared_collector: BackgroundCollector) -> str:
    """A model of our own that was called once, with a million tokens, by a user of that name."""
    name = f"own-{uuid.uuid4().hex}"
    call = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "us",
        "gen_ai.request.model": name,
        "user.id": name,
    }
    usage = {"gen_ai.usage.input_tokens": 1_000_000, "gen_ai.usage.output_tokens": 0}
    httpx.post(
        f"http://{shared_collector.endpoints.otlp_http}/v1/traces",
        content=make_request([make_span(call | usage)]).SerializeToString(),
        headers={"content-type": "application/x-protobuf"},
    ).raise_for_status()
    return name


def _run(collector: BackgroundCollector, config: Path, *arguments: str) -> str:
    result = CliRunner().invoke(
        app, [*arguments, "--since", "all", "--store", collector.endpoints.store_url, "--config", str(config)]
    )
    assert result.exit_code == 0, result.output
    return result.output


def test_an_own_price_is_shown_before_it_is_written(
    shared_collector: BackgroundCollector, model: str, tmp_path: Path
) -> None:
    """Unpriced at first; a dry run tells the difference and changes nothing; --apply does, once."""
    config = tmp_path / "spanglass.toml"
    config.write_text(OWN.format(model=model, price=3), encoding="utf-8")
    assert "nothing was written" in _run(shared_collector, config, "reprice")
    before = _run(shared_collector, config, "cost", "--by", "user", "--limit", "1000")
    assert "3.00" not in next(line for line in before.splitlines() if model[:12] in line)
    assert "written" in _run(shared_collector, config, "reprice", "--apply")
    after = _run(shared_collector, config, "cost", "--by", "user", "--limit", "1000")
    assert "3.00" in next(line for line in after.splitlines() if model[:12] in line)
    assert "every call has the cost" in _run(shared_collector, config, "reprice")


def test_an_unknown_key_names_the_known_ones(tmp_path: Path) -> None:
    """One line says what can be asked."""
    result = CliRunner().invoke(app, ["cost", "--by", "mood"])
    assert result.exit_code == 1
