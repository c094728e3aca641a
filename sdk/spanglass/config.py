"""All settings of the SDK, and the one file that reads the environment.

An argument of `init` wins over the environment. The standard `OTEL_*` variables are honoured; ours begin with
`SPANGLASS_`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from spanglass.attributes import ENVIRONMENT, SERVICE_NAME, SERVICE_VERSION

DEFAULT_ENDPOINT = "http://127.0.0.1:4318"
_TRACES_PATH = "/v1/traces"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep the SDK small beside the application. Times in seconds, sizes in bytes."""

    queue_spans: int = 65_536
    queue_bytes: int = 64 << 20
    request_spans: int = 512
    request_bytes: int = 8 << 20
    export_interval_s: float = 1.0
    request_timeout_s: float = 10.0
    retry_deadline_s: float = 60.0
    retry_after_max_s: float = 30.0
    exit_deadline_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Config:
    """`traces_url` is None when spans go nowhere; `resource` describes the application.

    `said` is the part of `resource` that was passed to `init`: it also wins over another provider's resource.
    """

    traces_url: str | None
    headers: Mapping[str, str] = field(default_factory=dict)
    resource: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    gzip: bool = False
    disabled: bool = False
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class InitOptions:
    """What the application passed to `init`; None means "not said"."""

    endpoint: str | None = None
    api_key: str | None = None
    service: str | None = None
    environment: str | None = None
    release: str | None = None
    headers: Mapping[str, str] | None = None
    limits: Limits = field(default_factory=Limits)


def configure(options: InitOptions, environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration of an explicit `init`, which falls back to a collector on this machine."""
    url = _traces_url(options, environ) or DEFAULT_ENDPOINT + _TRACES_PATH
    return _config(url, options, environ)


def configure_from_environment(environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration of a process that never called `init`: without an endpoint, spans go nowhere."""
    options = InitOptions()
    return _config(_traces_url(options, environ), options, environ)


def _config(url: str | None, options: InitOptions, environ: Mapping[str, str]) -> Config:
    return Config(
        traces_url=url,
        headers=_headers(options, environ),
        resource=_resource(options, environ),
        said=_said(options),
        gzip=_first(environ, "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION") == "gzip",
        disabled=environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true",
        limits=options.limits,
    )


def _traces_url(options: InitOptions, environ: Mapping[str, str]) -> str | None:
    # The specification: the variable for all signals gets the signal's path, the one for traces is used as it
    # is.
    if options.endpoint:
        return _with_traces_path(options.endpoint)
    if exact := environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        return exact
    base = environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    return _with_traces_path(base) if base else None


def _with_traces_path(endpoint: str) -> str:
    base = endpoint.rstrip("/")
    return base if base.endswith(_TRACES_PATH) else base + _TRACES_PATH


def _headers(options: InitOptions, environ: Mapping[str, str]) -> dict[str, str]:
    listed = _first(environ, "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
    headers = _parse_list(listed or "")
    api_key = options.api_key or environ.get("SPANGLASS_API_KEY")
    if api_key:
        headers["authorization"] = f"Bearer {api_key}"
    headers.update({name.lower(): value for name, value in (options.headers or {}).items()})
    return headers


def _resource(options: InitOptions, environ: Mapping[str, str]) -> dict[str, str]:
    listed = _parse_list(environ.get("OTEL_RESOURCE_ATTRIBUTES", ""), lower_names=False)
    variables = {
        SERVICE_NAME: environ.get("OTEL_SERVICE_NAME"),
        ENVIRONMENT: environ.get("SPANGLASS_ENVIRONMENT"),
        SERVICE_VERSION: environ.get("SPANGLASS_RELEASE"),
    }
    return {**listed, **{name: value for name, value in variables.items() if value}, **_said(options)}


def _said(options: InitOptions) -> dict[str, str]:
    said = {
        SERVICE_NAME: options.service,
        ENVIRONMENT: options.environment,
        SERVICE_VERSION: options.release,
    }
    return {name: value for name, value in said.items() if value}


def _parse_list(text: str, *, lower_names: bool = True) -> dict[str, str]:
    """`a=1,b=x%20y` as a dict; entries without `=` are ignored, as the specification asks."""
    pairs = (entry.split("=", 1) for entry in text.split(",") if "=" in entry)
    return {
        unquote(name.strip().lower() if lower_names else name.strip()): unquote(value.strip()) for name, value in pairs
    }


def _first(environ: Mapping[str, str], *names: str) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)
