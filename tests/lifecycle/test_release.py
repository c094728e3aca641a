"""Model versions, promotions, deployments and their lineage, through the command as a user runs it."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spanglass.registry import get_prompt
from spanglass.registry import prompts as fetched
from spanglass_app.cli import app
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import ClickHouseStore
from tests.lifecycle.needs import needs

Run = Callable[..., str]


@pytest.fixture
def run(shared_collector: BackgroundCollector, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`spanglass ...` against the shared collector, in a project of its own; raises on a non-zero exit."""
    monkeypatch.setenv("SPANGLASS_STORE", shared_collector.endpoints.store_url)
    monkeypatch.setenv("SPANGLASS_OTLP_HTTP", str(shared_collector.endpoints.otlp_http))
    project = f"p{uuid.uuid4().hex[:12]}"

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, [*words, "--project", project], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return run


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    path.write_bytes(uuid.uuid4().bytes)
    return path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """An Ed25519 private key."""
    ed25519 = needs("cryptography.hazmat.primitives.asymmetric.ed25519")
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    path = tmp_path / "key.pem"
    private = ed25519.Ed25519PrivateKey.generate()
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def test_a_release_is_one_lineage(run: Run, weights: Path, key: Path) -> None:
    """Registered, promoted with a signature, deployed: the lineage shows all of it under any of its names."""
    version = run("model", "register", "bot", str(weights)).strip()
    run("model", "promote", version, "production", "--why", "better", "--who", "ann", "--key", str(key))
    words = ("--environment", "prod", "--model", version, "--prompt", "greeting=3", "--who", "ann", "--release", "7")
    deployment = run("deployment", "record", *words).split()[1]
    for name in (version, deployment):
        shown = " ".join(run("lineage", name).split())
        assert "production by ann: better signed" in shown
        assert "to prod 7 by ann, prompt greeting v3" in shown
    assert "bot" in run("model", "card", version)


def test_a_promotion_that_was_changed_is_shown_as_forged(
    run: Run, weights: Path, key: Path, shared_store: ClickHouseStore
) -> None:
    """Whoever changes the row cannot change the signature with it."""
    version = run("model", "register", "bot", str(weights)).strip()
    run("model", "promote", version, "staging", "--why", "try it", "--key", str(key))
    shared_store.command(
        "INSERT INTO model_stages SELECT * REPLACE ('production' AS Stage) FROM model_stages "
        "WHERE concat(Model, '@', Version) = {version:String}",
        {"version": version},
    )
    shown = run("lineage", version)
    assert "FORGED" in shown
    assert "signed" in shown


def test_lineage_is_shown_where_no_signature_can_be_checked(
    run: Run, weights: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ended in a traceback without cryptography, which [all] does not bring."""
    version = run("model", "register", "bot", str(weights)).strip()
    run("model", "promote", version, "production", "--why", "better", "--who", "ann", "--key", str(key))

    monkeypatch.setitem(sys.modules, "cryptography", None)

    shown = " ".join(run("lineage", version).split())
    assert 'production by ann: better unchecked: pip install "spanglass[signing]"' in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("model", "promote", "bot@nothing", "production", "--why", "x"), "no model version 'bot@nothing'"),
        (("lineage", "nothing"), "nothing in project"),
        (("deployment", "record", "--environment", "prod", "--prompt", "greeting"), "write NAME=VERSION"),
    ],
)
def test_mistakes_are_explained(run: Run, words: tuple[str, ...], told: str) -> None:
    """One line says what was wrong."""
    with pytest.raises(AssertionError, match=told):
        run(*words)


def test_a_prompt_serves_on_when_the_collector_is_away(
    run: Run, tmp_path: Path, shared_collector: BackgroundCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fetched once, a prompt is there from memory and from disk without a collector; it fills in variables."""
    monkeypatch.setenv("SPANGLASS_PROMPTS_DIR", str(tmp_path / "prompts"))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{shared_collector.endpoints.otlp_http}")
    name = f"greeting-{uuid.uuid4().hex}"
    (tmp_path / "prompt.txt").write_text("Hello {name}, {unknown}")
    CliRunner().invoke(app, ["prompt", "set", name, str(tmp_path / "prompt.txt"), "--label", "production"])
    assert get_prompt(name).render(name="Ann") == "Hello Ann, {unknown}"
    fetched._memory.clear()
    monkeypatch.setenv("SPANGLASS_OFFLINE", "1")
    assert get_prompt(name).version == 1
    with pytest.raises(ValueError, match="is not known here"):
        get_prompt("never seen")
