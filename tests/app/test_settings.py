"""Settings come from the command line, else the environment, else spanglass.toml, else defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanglass_app.settings import Settings, load
from spanglass_collector.config import Address, CollectorConfig
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.owner import owner_key


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a spanglass.toml."""
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_the_defaults_hold() -> None:
    """Loopback, the standard ports, an embedded store."""
    settings = load(environ={})
    assert settings == Settings(CollectorConfig(), {})
    assert settings.otlp_endpoint == "http://127.0.0.1:4318"


def test_the_command_line_wins_over_the_environment_over_the_file(tmp_path: Path) -> None:
    """Each setting on its own."""
    (tmp_path / "spanglass.toml").write_text(
        '[collector]\notlp_http = "127.0.0.1:1"\notlp_grpc = "127.0.0.1:1"\nsql = "127.0.0.1:1"\ndata_dir = "filed"\n'
    )
    environ = {"SPANGLASS_OTLP_HTTP": "127.0.0.1:2", "SPANGLASS_OTLP_GRPC": "127.0.0.1:2", "SPANGLASS_API_KEY": "k"}
    chosen = load(otlp_http=":3", environ=environ).collector
    assert [a.port for a in (chosen.otlp_http, chosen.otlp_grpc, chosen.sql)] == [3, 2, 1]
    assert (chosen.data_dir, chosen.api_key) == (Path("filed"), "k")


def test_the_file_is_the_one_that_was_named(tmp_path: Path) -> None:
    """By option, else by SPANGLASS_CONFIG, else the one in the working folder."""
    for name in ("spanglass", "other", "third"):
        (tmp_path / f"{name}.toml").write_text(f'[collector]\ndata_dir = "{name}"\n')
    environ = {"SPANGLASS_CONFIG": "other.toml"}
    found = [load(environ={}), load(environ=environ), load(config=Path("third.toml"), environ=environ)]
    assert [str(s.collector.data_dir) for s in found] == ["spanglass", "other", "third"]


@pytest.mark.parametrize("named", [{"config": Path("gone.toml")}, {"environ": {"SPANGLASS_CONFIG": "gone.toml"}}])
def test_a_file_that_was_named_must_be_there(named: dict[str, object]) -> None:
    """Silently running on defaults would surprise."""
    with pytest.raises(ConfigurationError, match=r"gone\.toml does not exist"):
        load(**{"environ": {}, **named})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"collector = ", "no valid TOML"),
        (b'name = "\xff"', "no valid TOML"),
        (b"collector = 5", r"write \[collector\]"),
        (b'[collector]\nsql = "8123"', "'8123' is no address: use HOST:PORT"),
        (b"[collector]\nsql = 8123", "'8123' is no address: use HOST:PORT"),
    ],
)
def test_a_wrong_file_is_explained(tmp_path: Path, text: bytes, reason: str) -> None:
    """With what would be right."""
    (tmp_path / "spanglass.toml").write_bytes(text)
    with pytest.raises(ConfigurationError, match=reason):
        load(environ={})


def test_a_server_is_reached_by_its_own_url() -> None:
    """No collector and no key is needed for it."""
    url = "clickhouse://me:secret@host:8123/db"
    assert load(store=url, environ={}).client_store_url == url


def test_the_embedded_store_is_reached_through_the_collector(tmp_path: Path) -> None:
    """With the key that lies beside the data, on loopback when it listens everywhere, in the database of the URL."""
    key = owner_key(tmp_path / "data")
    settings = load(data_dir=tmp_path / "data", sql="0.0.0.0:9000", store="chdb:///x?database=mine", environ={})
    assert settings.client_store_url == f"clickhouse://spanglass:{key}@127.0.0.1:9000/mine"
    assert key not in repr(settings)


def test_without_data_it_says_what_to_do(tmp_path: Path) -> None:
    """Start one, or name the folder."""
    with pytest.raises(ConfigurationError, match=r"start one with 'spanglass up', or name it with --data-dir"):
        _ = load(data_dir=tmp_path / "none", environ={}).client_store_url


def test_the_endpoint_of_an_address_that_is_everywhere_is_loopback() -> None:
    """0.0.0.0 is where one listens, not where one connects."""
    found = [Settings(CollectorConfig(otlp_http=Address(host, 1)), {}).otlp_endpoint for host in ("0.0.0.0", "::")]
    assert found == ["http://127.0.0.1:1", "http://[::1]:1"]
