"""Slack, Discord, Teams, Opsgenie and mail, each through real HTTP or SMTP to a receiver that keeps its limits."""

from __future__ import annotations

import email
import email.policy
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from spanglass_collector.alerts.channels import open_channels
from spanglass_collector.alerts.channels.contract import Channel, Delivered, Outcome, Refused, RetryLater
from spanglass_collector.alerts.notification import Notification
from spanglass_collector.alerts.rules import from_mapping
from spanglass_collector.alerts.testing import Receiver
from spanglass_collector.errors import ConfigurationError
from tests.alerts.programs import free_port
from tests.alerts.test_channels import SAID
from tests.alerts.traffic import NOON

TOKEN = "s3cr3t-t0k3n"
LINKED = replace(
    SAID,
    trace_links=("http://grafana.example/t/a", "http://grafana.example/t/b"),
    runbook="https://runbooks.example/errors",
    summary="Calls <fail> & stay so",
    explanation="x" * 5000,
    labels={"ServiceName": "chat"},
)
EVENTS = ("trigger", "acknowledge", "resolve")


def opened(**keys: Any) -> Channel:
    config = from_mapping({"alerts": {"default_rules": False, "channels": {"c": keys}}})
    return open_channels(config.channels, {"TOKEN_URL": "unset"})["c"]


def text_of(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class Judged(Receiver):
    """Any path under its own; what `find` says of a body is a 400."""

    path = f"/{TOKEN}"

    def __init__(self, find: Callable[[str, dict[str, Any]], list[str]]) -> None:
        super().__init__()
        self.find = find
        self.paths: list[str] = []
        self.headers: list[Mapping[str, str]] = []

    def serves(self, path: str) -> bool:
        self.paths.append(path)
        return path.startswith(self.path)

    def judge(self, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        self.headers.append(headers)
        wrong = self.find(self.paths[-1], json.loads(body))
        return (400, {"errors": wrong}) if wrong else (200, {})


def slack_errors(_: str, body: dict[str, Any]) -> list[str]:
    """https://docs.slack.dev/reference/block-kit/blocks"""
    blocks = body["attachments"][0]["blocks"]
    fields = [f for b in blocks for f in b.get("fields", [])]
    checks = {
        "no text": bool(body.get("text")),
        "header": all(len(b["text"]["text"]) <= 150 for b in blocks if b["type"] == "header"),
        "section": all(len(b["text"]["text"]) <= 3000 for b in blocks if "text" in b),
        "fields": all(len(b.get("fields", [])) <= 10 for b in blocks),
        "field": all(0 < len(f["text"]) <= 2000 for f in fields),
        "markup": "<fail>" not in body["text"],
    }
    return [name for name, is_right in checks.items() if not is_right]


def discord_errors(_: str, body: dict[str, Any]) -> list[str]:
    """https://docs.discord.com/developers/resources/message#embed-object-embed-limits"""
    (embed,) = body["embeds"]
    texts = [embed["title"], embed.get("description", "")]
    texts += [part for f in embed["fields"] for part in (f["name"], f["value"])]
    checks = {
        "title": 0 < len(embed["title"]) <= 256,
        "fields": len(embed["fields"]) <= 25,
        "field": all(0 < len(f["name"]) <= 256 and 0 < len(f["value"]) <= 1024 for f in embed["fields"]),
        "total": sum(map(len, texts)) <= 6000,
        "mentions": body["allowed_mentions"] == {"parse": []},
    }
    return [name for name, is_right in checks.items() if not is_right]


def teams_errors(_: str, body: dict[str, Any]) -> list[str]:
    """A workflow's message: one adaptive card, 28 KB."""
    (attachment,) = body["attachments"]
    card = attachment["content"]
    checks = {
        "size": len(json.dumps(body).encode()) <= 28 * 1024,
        "type": attachment["contentType"] == "application/vnd.microsoft.card.adaptive",
        "card": (card["type"], card["version"]) == ("AdaptiveCard", "1.4"),
        "actions": len(card.get("actions", [])) <= 6,
        "urls": all(a["url"].startswith("http") for a in card.get("actions", [])),
    }
    return [name for name, is_right in checks.items() if not is_right]


def opsgenie_errors(path: str, body: dict[str, Any]) -> list[str]:
    """https://docs.opsgenie.com/docs/alert-api#create-alert"""
    if "/close" in path or "/acknowledge" in path:
        return [] if "identifierType=alias" in path and body["source"] else ["identifier"]
    checks = {
        "message": 0 < len(body["message"]) <= 130,
        "alias": len(body["alias"]) <= 512,
        "description": len(body["description"]) <= 15_000,
        "tags": len(body["tags"]) <= 20 and all(len(tag) <= 50 for tag in body["tags"]),
        "details": sum(len(k) + len(v) for k, v in body["details"].items()) <= 8000,
        "priority": body["priority"] in ("P1", "P2", "P3", "P4", "P5"),
    }
    return [name for name, is_right in checks.items() if not is_right]


HTTP = {
    "slack": (slack_errors, lambda url: {"url": url}),
    "discord": (discord_errors, lambda url: {"url": url}),
    "teams": (teams_errors, lambda url: {"url": url}),
    "opsgenie": (opsgenie_errors, lambda url: {"url": url, "api_key": TOKEN}),
}


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("kind", HTTP)
def test_every_event_keeps_the_limits(kind: str, event: str, caplog: pytest.LogCaptureFixture) -> None:
    """Long and odd texts are cut and escaped; the address, which is the secret, is in no log."""
    find, keys = HTTP[kind]
    caplog.set_level(logging.DEBUG)
    with Judged(find) as receiver:
        channel = opened(kind=kind, **keys(receiver.url))
        for said in (LINKED, replace(LINKED, summary="y" * 9000, labels={"l": "z" * 9000})):
            assert channel.send(replace(said, event=event), NOON) == Delivered()
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("kind", HTTP)
def test_a_page_says_what_since_when_how_bad_and_what_to_do(kind: str) -> None:
    """Summary, severity, beginning, traces as links, runbook."""
    find, keys = HTTP[kind]
    with Judged(find) as receiver:
        opened(kind=kind, **keys(receiver.url)).send(LINKED, NOON)
        (body,) = receiver.events
    shown = text_of(body)
    for part in ("stay so", "2026-03-01 12:00:00 UTC", "grafana.example/t/a", "runbooks.example/errors", "0.5"):
        assert part in shown, part
    assert "critical" in shown or "P1" in shown


@pytest.mark.parametrize("kind", HTTP)
def test_a_busy_or_broken_service_is_tried_again(kind: str) -> None:
    """429 and 5xx pass; 404 does not; no reason holds the address."""
    find, keys = HTTP[kind]
    with Judged(find) as receiver:
        channel = opened(kind=kind, **keys(receiver.url))
        receiver.answer_next(429, headers={"Retry-After": "30"})
        receiver.answer_next(500, 404)
        outcomes = [channel.send(SAID, NOON) for _ in range(3)]
    away = channel.send(SAID, NOON)
    assert [type(o) for o in (*outcomes, away)] == [RetryLater, RetryLater, Refused, RetryLater]
    assert isinstance(outcomes[0], RetryLater)
    assert outcomes[0].after_s == 30
    assert not any(TOKEN in o.reason for o in (*outcomes, away) if not isinstance(o, Delivered))


def test_opsgenie_closes_by_its_alias() -> None:
    """Trigger, acknowledge and resolve name the same alert, with the key in the header."""
    with Judged(opsgenie_errors) as receiver:
        channel = opened(kind="opsgenie", url=receiver.url, api_key=TOKEN, teams=["ml"])
        for event in EVENTS:
            channel.send(replace(SAID, event=event), NOON)
    alias = SAID.dedup_key.replace("/", "%2F")
    assert [path.removeprefix(receiver.path) for path in receiver.paths] == [
        "/v2/alerts",
        f"/v2/alerts/{alias}/acknowledge?identifierType=alias",
        f"/v2/alerts/{alias}/close?identifierType=alias",
    ]
    assert {h["authorization"] for h in receiver.headers} == {f"GenieKey {TOKEN}"}
    assert receiver.events[0]["responders"] == [{"name": "ml", "type": "team"}]


class Inbox:
    """Keeps what an SMTP server took; refuses recipients it was told to."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refusal = ""

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.mails.append(email.message_from_bytes(content, policy=email.policy.default))  # type: ignore[arg-type]
        return "250 taken"


@pytest.fixture
def smtp() -> Iterator[tuple[Inbox, int]]:
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=0)
    # Port 0 is a free one, which the controller itself cannot learn: bind it here.

    controller.port = free_port()
    controller.start()
    yield inbox, controller.port
    controller.stop()


def mailer(port: int, **keys: Any) -> Channel:
    own = {"kind": "email", "host": "127.0.0.1", "port": port, "security": "none"}
    return opened(**{**own, "from": "spanglass@example.com", "to": ["on-call@example.com"], **keys})


def mailed(port: int, said: Notification) -> Outcome:
    return mailer(port).send(said, NOON)


def test_mail_arrives_in_one_thread(smtp: tuple[Inbox, int]) -> None:
    """Text and HTML, escaped; trigger and resolve refer to the same message, each with an id of its own."""
    inbox, port = smtp
    assert mailed(port, LINKED) == Delivered()
    assert mailed(port, replace(LINKED, event="resolve", id="msg_2")) == Delivered()
    trigger, resolve = inbox.mails
    assert trigger["Subject"] == "[critical] Calls <fail> & stay so"
    assert str(resolve["Subject"]).startswith("Resolved: ")
    assert trigger["References"] == resolve["References"]
    assert (trigger["Message-ID"], resolve["Message-ID"]) == ("<msg_1@example.com>", "<msg_2@example.com>")
    text, html = (part.get_content() for part in trigger.iter_parts())  # type: ignore[attr-defined]
    assert "Since: 2026-03-01 12:00:00 UTC" in text
    assert "https://runbooks.example/errors" in text
    assert "Calls &lt;fail&gt; &amp; stay so" in html


@pytest.mark.parametrize(("refusal", "outcome"), [("550 no such user", Refused), ("450 mailbox busy", RetryLater)])
def test_smtp_codes_say_whether_to_try_again(smtp: tuple[Inbox, int], refusal: str, outcome: type[Outcome]) -> None:
    """5yz is final, 4yz passes (RFC 5321)."""
    inbox, port = smtp
    inbox.refusal = refusal
    assert isinstance(mailed(port, SAID), outcome)


def test_a_mail_server_that_is_away_is_tried_again() -> None:
    """A refused connection is no refusal of the message."""

    assert isinstance(mailed(free_port(), SAID), RetryLater)


def test_a_subject_cannot_smuggle_headers(smtp: tuple[Inbox, int]) -> None:
    """Line breaks in a summary end up as spaces."""
    inbox, port = smtp
    assert mailed(port, replace(SAID, summary="a\r\nBcc: evil@example.com")) == Delivered()
    (mail,) = inbox.mails
    assert mail["Bcc"] is None
    assert "a Bcc: evil@example.com" in str(mail["Subject"])


def test_a_login_is_sent_only_under_encryption() -> None:
    """And a password is not written in the message about it."""
    with pytest.raises(ConfigurationError, match="security: must be starttls or tls") as error:
        mailer(25, username="u", password=TOKEN)
    assert TOKEN not in str(error.value)


@pytest.mark.parametrize("kind", ["slack", "discord", "teams"])
def test_an_address_that_is_a_secret_stays_one(kind: str, tmp_path: Any) -> None:
    """From a file or the environment; what is wrong with it is said without it."""
    (tmp_path / "url").write_text(f"https://chat.example/{TOKEN}\n")
    assert opened(kind=kind, url_file=str(tmp_path / "url"))
    with pytest.raises(ConfigurationError, match="url: is missing"):
        opened(kind=kind)
    with pytest.raises(ConfigurationError) as error:
        opened(kind=kind, url=f"ftp://{TOKEN}")
    assert TOKEN not in str(error.value)
