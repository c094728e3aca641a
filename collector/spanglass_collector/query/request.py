"""A ClickHouse HTTP request, taken apart. Source: ClickHouse docs, interfaces/http."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from spanglass_collector.errors import Rejected
from spanglass_collector.query.statement import Statement

NOT_SETTINGS = frozenset(
    {
        "query",
        "database",
        "default_format",
        "user",
        "password",
        "session_id",
        "session_timeout",
        "session_check",
        "query_id",
        "quota_key",
        "compress",
        "decompress",
        "wait_end_of_query",
        "buffer_size",
        "client_protocol_version",
        "enable_http_compression",
        "http_zlib_compression_level",
        "send_progress_in_http_headers",
        "http_headers_progress_interval_ms",
        "add_http_cors_header",
        "role",
        "stacktrace",
    }
)
"""URL parameters that the HTTP interface itself consumes."""


_INSERT_WITH_DATA = re.compile(rb"\s*INSERT\s.*?\sFORMAT\s+(?!Values\b)\w+[ \t]*\r?\n?", re.IGNORECASE | re.DOTALL)


def statement_of(query: Mapping[str, str], headers: Mapping[str, str], body: bytes, database: str) -> Statement:
    """The statement is the `query` parameter followed by the body; rows of an INSERT come after its FORMAT."""
    text = query.get("query", "")
    if text.lstrip()[:6].upper() == "INSERT" and body:
        sql, data = text, body
    elif match := _INSERT_WITH_DATA.match(body):
        sql, data = body[: match.end()].decode(), body[match.end() :]
    else:
        sql, data = f"{text}\n{body.decode('utf-8', 'replace')}", b""
    return Statement(
        sql=sql.strip().rstrip(";"),
        default_format=query.get("default_format") or headers.get("x-clickhouse-format") or "TabSeparated",
        database=query.get("database") or headers.get("x-clickhouse-database") or database,
        settings={k: v for k, v in query.items() if k not in NOT_SETTINGS and not k.startswith("param_")},
        parameters={k.removeprefix("param_"): v for k, v in query.items() if k.startswith("param_")},
        data=data,
    )


def credentials(query: Mapping[str, str], headers: Mapping[str, str]) -> tuple[str, str]:
    """(user, password) from ClickHouse's headers, HTTP Basic, a bearer token (as password) or the URL."""
    if "x-clickhouse-user" in headers or "x-clickhouse-key" in headers:
        return headers.get("x-clickhouse-user", "default"), headers.get("x-clickhouse-key", "")
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return "default", value
    if scheme.lower() == "basic":
        return _basic(value)
    return query.get("user", "default"), query.get("password", "")


def _basic(value: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Rejected("the Authorization header is no valid Basic credential") from error
    return user, password
