"""E-mail over SMTP. Messages of one page share a thread (References), so that the end stands under the beginning."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from spanglass_collector.alerts.channels.contract import Delivered, Outcome, Refused, RetryLater
from spanglass_collector.alerts.channels.http import TIMEOUT_S, secret
from spanglass_collector.alerts.channels.wording import facts, heading, links, shortened
from spanglass_collector.alerts.notification import Notification
from spanglass_collector.alerts.table import Table

LONGEST_SUBJECT = 200
_SECURITY = ("starttls", "tls", "none")
_PERMANENT = 500


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where and as whom mail is handed over. `security` none is for a relay on this machine."""

    host: str
    port: int
    security: str
    username: str
    password: str


class Email:
    """One set of recipients."""

    def __init__(self, mailbox: Mailbox, sender: str, recipients: tuple[str, ...]) -> None:
        self._mailbox = mailbox
        self._sender = sender
        self._recipients = recipients

    @classmethod
    def from_table(cls, table: Table, environ: Mapping[str, str]) -> Email:
        """Keys: host, from, to (required), port, security, username, password, password_env or password_file."""
        security = table.choice("security", _SECURITY, "starttls")
        port = table.whole("port", {"starttls": 587, "tls": 465, "none": 25}[security], least=1)
        username, password = table.text("username", ""), secret(table, "password", environ)
        if bool(username) != bool(password):
            raise table.error("username", "needs a password beside it, and a password a username")
        if password and security == "none":
            raise table.error("security", "must be starttls or tls when there is a password to send")
        mailbox = Mailbox(table.text("host"), port, security, username, password)
        sender, recipients = table.text("from"), table.texts("to")
        for address in (sender, *recipients):
            if "@" not in address or any(character in address for character in "\r\n"):
                raise table.error("to", f"{address!r} is no address")
        return cls(mailbox, sender, recipients)

    def send(self, notification: Notification, now: datetime) -> Outcome:
        message = compose(notification, self._sender, self._recipients, now)
        try:
            with _connect(self._mailbox) as server:
                refused = server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            return _refusal(error.recipients)
        except smtplib.SMTPResponseException as error:
            return _response(error)
        except (smtplib.SMTPException, OSError) as error:
            return RetryLater(f"{type(error).__name__}: {error}")
        return Refused(f"some recipients were refused: {sorted(refused)}") if refused else Delivered()


def compose(said: Notification, sender: str, recipients: tuple[str, ...], now: datetime) -> EmailMessage:
    """Text and HTML. The message id is the notification's: a repetition is recognisably the same mail."""
    domain = sender.rpartition("@")[2].strip("> ") or "localhost"
    message = EmailMessage()
    message["Subject"] = shortened(" ".join(heading(said).split()), LONGEST_SUBJECT)
    message["From"] = sender
    message["To"] = ", ".join(recipients)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{said.id or 'test'}@{domain}>"
    message["References"] = f"<{said.dedup_key.replace('/', '.')}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Spanglass-Dedup-Key"] = said.dedup_key
    shown = [(name, value) for name, value in facts(said)]
    lines = [heading(said), "", *(f"{name}: {value}" for name, value in shown), ""]
    message.set_content("\n".join([*lines, *(f"{link.text}: {link.href}" for link in links(said))]) + "\n")
    message.add_alternative(_html(said, shown), subtype="html")
    return message


def _html(said: Notification, shown: list[tuple[str, str]]) -> str:
    rows = "".join(f"<tr><th align=left>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in shown)
    anchors = " · ".join(f'<a href="{escape(link.href)}">{escape(link.text)}</a>' for link in links(said))
    return f"<h3>{escape(heading(said))}</h3><table>{rows}</table><p>{anchors}</p>"


def _connect(mailbox: Mailbox) -> smtplib.SMTP:
    if mailbox.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            mailbox.host, mailbox.port, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(mailbox.host, mailbox.port, timeout=TIMEOUT_S)
    if mailbox.security == "starttls":
        server.starttls(context=ssl.create_default_context())
    if mailbox.username:
        server.login(mailbox.username, mailbox.password)
    return server


def _refusal(recipients: Mapping[str, tuple[int, bytes]]) -> Outcome:
    reason = "; ".join(f"{name}: {code} {text.decode(errors='replace')}" for name, (code, text) in recipients.items())
    is_final = all(code >= _PERMANENT for code, _ in recipients.values())
    return Refused(reason) if is_final else RetryLater(reason)


def _response(error: smtplib.SMTPResponseException) -> Outcome:
    """4yz passes (RFC 5321). So may a refused login: the password can be put right while the message waits."""
    reason = f"SMTP {error.smtp_code}: {error.smtp_error!r}"
    is_final = error.smtp_code >= _PERMANENT and not isinstance(error, smtplib.SMTPAuthenticationError)
    return Refused(reason) if is_final else RetryLater(reason)
