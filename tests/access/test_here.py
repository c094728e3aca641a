"""Without keys this machine's programs are served, and no web page in its browser."""

from __future__ import annotations

import httpx
import pytest

from spanglass_collector.access import Access, AccessConfig, NotAllowed, Scope
from spanglass_collector.background import BackgroundCollector

EVIL = "http://evil.example"


def _admit(headers: dict[str, str], *origins: str) -> None:
    Access(AccessConfig(web_origins=origins)).admit(headers, Scope.INGEST)


@pytest.mark.parametrize(
    "host", ["localhost:4318", "127.0.0.1:4318", "[::1]:4318", "host.docker.internal:4318", "192.168.1.7", ""]
)
def test_programs_name_the_machine(host: str) -> None:
    """By its loopback names or a number; gRPC says nothing."""
    _admit({"host": host})
    _admit({"host": host, "origin": "http://localhost:3000"})


@pytest.mark.parametrize("host", ["evil.example:4318", "localhost.evil.example", "127.0.0.1.evil.example", "[", "a b"])
def test_a_name_that_was_made_to_point_here_is_refused(host: str) -> None:
    """DNS rebinding: the browser takes the page and the collector for one site, and hands over the answer."""
    with pytest.raises(NotAllowed, match="keys create"):
        _admit({"host": host})


@pytest.mark.parametrize("origin", [EVIL, "null", "http://localhost.evil.example", "http://[", ""])
def test_pages_of_other_sites_are_refused(origin: str) -> None:
    """They cannot read the answer, but could write."""
    with pytest.raises(NotAllowed, match="CORS"):
        _admit({"host": "localhost", "origin": origin})


def test_pages_that_were_allowed_may_send() -> None:
    """What CORS lets in is let in here."""
    _admit({"host": "localhost", "origin": EVIL}, EVIL)
    _admit({"host": "localhost", "origin": EVIL}, "*")


def test_every_port_asks(shared_collector: BackgroundCollector) -> None:
    """OTLP, REST, lifecycle records and SQL."""
    otlp, sql = shared_collector.endpoints.otlp_http, shared_collector.endpoints.sql
    for wrong in ({"Host": "evil.example"}, {"Origin": EVIL}):
        answers = [
            httpx.post(f"http://{otlp}/v1/traces", headers={**wrong, "Content-Type": "application/x-protobuf"}),
            httpx.get(f"http://{otlp}/api/v1/projects", headers=wrong),
            httpx.post(f"http://{otlp}/api/v1/records", headers=wrong),
            httpx.post(f"http://{sql}/", content="SELECT 1", headers=wrong),
        ]
        assert [answer.status_code for answer in answers] == [403] * 4
