"""TLS of the receivers: one certificate for both, and optionally a CA whose clients alone are let in."""

from __future__ import annotations

import ssl
from typing import Any

import grpc

from spanglass_collector.config import TlsConfig
from spanglass_collector.errors import ConfigurationError


def uvicorn_options(tls: TlsConfig | None) -> dict[str, Any]:
    """Arguments of uvicorn.Config; none without TLS."""
    if tls is None:
        return {}
    options: dict[str, Any] = {"ssl_certfile": str(tls.cert), "ssl_keyfile": str(tls.key)}
    if tls.client_ca:
        options |= {"ssl_ca_certs": str(tls.client_ca), "ssl_cert_reqs": ssl.CERT_REQUIRED}
    return options


def grpc_credentials(tls: TlsConfig) -> grpc.ServerCredentials:
    client_ca = tls.client_ca.read_bytes() if tls.client_ca else None
    pair = (tls.key.read_bytes(), tls.cert.read_bytes())
    return grpc.ssl_server_credentials([pair], client_ca, require_client_auth=client_ca is not None)


def check_tls(tls: TlsConfig) -> None:
    """Raises ConfigurationError when a file cannot be read, or certificate and key are no pair."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(tls.cert, tls.key)
        if tls.client_ca:
            context.load_verify_locations(tls.client_ca)
    except (OSError, ssl.SSLError) as error:
        files = ", ".join(str(path) for path in (tls.cert, tls.key, tls.client_ca) if path)
        raise ConfigurationError(f"TLS cannot be set up with {files}: {error}; PEM files are expected") from error
