"""All settings of the SDK, and the one file that reads the environment.

An argument of `init` wins over the environment. The standard `OTEL_*` variables are honoured; ours begin with
`SPANGLASS_`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from spanglass.attributes import ENVIRONMENT, MODEL_VERSION, SERVICE_NAME, SERVICE_VERSION
from spanglass.capture.patterns import Wanted, redactions
from spanglass.capture.policy import Capture, ContentLimits, Mask, Policy
from spanglass.errors import ConfigurationError
from spanglass.sampling import Sampling, sampling_of

DEFAULT_ENDPOINT = "http://127.0.0.1:4318"
_TRACES_PATH, _METRICS_PATH = "/v1/traces", "/v1/metrics"


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
    overhead_budget: float = 0.02  # of one CPU; beyond it content, then traces are left out. 1 is no bound


@dataclass(frozen=True, slots=True)
class Tls:
    """Paths of PEM files; None is the system's trust store and no client certificate."""

    certificate: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None


@dataclass(frozen=True, slots=True)
class SpoolConfig:
    """Where undelivered requests wait on disk, and how much of it they may take."""

    folder: str
    limit_bytes: int = 256 << 20


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
    tls: Tls = field(default_factory=Tls)
    spool: SpoolConfig | None = None
    console: bool = False
    reports_losses: bool = True
    warnings: tuple[str, ...] = ()

    @property
    def metrics_url(self) -> str | None:
        """Where the loss ledger is reported; None where nobody promised a receiver of metrics."""
        url = self.traces_url
        if url is None or not self.reports_losses or not url.endswith(_TRACES_PATH):
            return None
        return url.removesuffix(_TRACES_PATH) + _METRICS_PATH

    policy: Policy = field(default_factory=Policy)
    sampling: Sampling = field(default_factory=Sampling)


@dataclass(frozen=True, slots=True)
class InitOptions:
    """What the application passed to `init`; None means "not said"."""

    endpoint: str | None = None
    api_key: str | None = None
    service: str | None = None
    environment: str | None = None
    release: str | None = None
    headers: Mapping[str, str] | None = None
    limits: Limits | None = None
    spool: bool | str | SpoolConfig | None = None
    console: bool | None = None
    capture: Capture | None = None
    mask: Mask | None = None
    redact: Wanted | None = None
    content_limits: ContentLimits = field(default_factory=ContentLimits)
    sample: Sampling | float | None = None


def configure(options: InitOptions, environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration of an explicit `init`, which falls back to a collector on this machine, or to the terminal of
    a person who has none."""
    from spanglass.console.wanted import HINT, is_alone_at_a_terminal, is_console_wanted

    url = _traces_url(options, environ)
    console = is_console_wanted(options.console, environ)
    if url is None and console is not False and is_alone_at_a_terminal():
        sys.stderr.write(HINT)
        return replace(_config(None, options, environ), console=True)
    return replace(_config(url or DEFAULT_ENDPOINT + _TRACES_PATH, options, environ), console=bool(console))


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
        gzip=exporter_setting(environ, "COMPRESSION") == "gzip",
        disabled=environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true",
        limits=options.limits or limits_of(environ),
        tls=Tls(
            exporter_setting(environ, "CERTIFICATE"),
            exporter_setting(environ, "CLIENT_CERTIFICATE"),
            exporter_setting(environ, "CLIENT_KEY"),
        ),
        spool=_spool(options.spool, environ),
        reports_losses=environ.get("OTEL_METRICS_EXPORTER", "").strip().lower() != "none",
        warnings=tuple(unsupported(environ)),
        policy=_policy(options, environ),
        sampling=_sampling(options, environ),
    )


def exporter_setting(environ: Mapping[str, str], name: str) -> str | None:
    """A setting of the OTLP exporter; the one for traces wins over the one for all signals."""
    return _first(environ, f"OTEL_EXPORTER_OTLP_TRACES_{name}", f"OTEL_EXPORTER_OTLP_{name}")


def limits_of(environ: Mapping[str, str]) -> Limits:
    """Our defaults, and what `OTEL_BSP_*` and `OTEL_EXPORTER_OTLP_TIMEOUT` (milliseconds) say instead."""
    limits = Limits()
    return replace(
        limits,
        overhead_budget=_share(environ.get("SPANGLASS_OVERHEAD_BUDGET")) or limits.overhead_budget,
        queue_spans=_positive(environ.get("OTEL_BSP_MAX_QUEUE_SIZE")) or limits.queue_spans,
        request_spans=_positive(environ.get("OTEL_BSP_MAX_EXPORT_BATCH_SIZE")) or limits.request_spans,
        export_interval_s=_seconds(environ.get("OTEL_BSP_SCHEDULE_DELAY")) or limits.export_interval_s,
        request_timeout_s=_seconds(exporter_setting(environ, "TIMEOUT")) or limits.request_timeout_s,
    )


def unsupported(environ: Mapping[str, str]) -> Iterator[str]:
    """What the environment asks for and this SDK cannot do, each with what happens instead."""
    protocol = exporter_setting(environ, "PROTOCOL")
    if protocol not in (None, "http/protobuf"):
        yield (
            f"OTEL_EXPORTER_OTLP_PROTOCOL={protocol} is not supported; spans go as http/protobuf, so the endpoint "
            "must be the receiver's HTTP port (usually 4318, not 4317)"
        )
    compression = exporter_setting(environ, "COMPRESSION")
    if compression not in (None, "none", "gzip"):
        yield f"OTEL_EXPORTER_OTLP_COMPRESSION={compression} is not supported; requests go uncompressed (use gzip)"
    for name in (*_WHOLE_NUMBERS, "OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"):
        if environ.get(name) and _positive(environ[name]) is None:
            yield f"{name}={environ[name]} is not a positive whole number; the default is used"


_WHOLE_NUMBERS = ("OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "OTEL_BSP_SCHEDULE_DELAY")


def _positive(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isdecimal() and int(text) > 0 else None


def _share(text: str | None) -> float | None:
    """A number above 0 and up to 1, written as such."""
    try:
        share = float(text or "")
    except ValueError:
        return None
    return share if 0 < share <= 1 else None


def _seconds(milliseconds: str | None) -> float | None:
    number = _positive(milliseconds)
    return None if number is None else number / 1000


def _spool(said: bool | str | SpoolConfig | None, environ: Mapping[str, str]) -> SpoolConfig | None:
    """`init(spool=...)`, else SPANGLASS_SPOOL: true, false, or a folder."""
    if isinstance(said, SpoolConfig):
        return said
    wish = environ.get("SPANGLASS_SPOOL", "") if said is None else said
    if wish is False or (isinstance(wish, str) and wish.strip().lower() in ("", "0", "false", "no")):
        return None
    if isinstance(wish, str) and wish.strip().lower() not in ("1", "true", "yes"):
        return SpoolConfig(wish)
    cache = environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return SpoolConfig(os.path.join(cache, "spanglass", "spool"))


def _policy(options: InitOptions, environ: Mapping[str, str]) -> Policy:
    return Policy(
        metadata_only=_capture(options, environ) == "metadata",
        masks=() if options.mask is None else (options.mask,),
        redactions=redactions(options.redact),
        limits=options.content_limits,
    )


def _capture(options: InitOptions, environ: Mapping[str, str]) -> Capture:
    """`SPANGLASS_CAPTURE` is ours; the variable of the GenAI conventions says no content on spans with NO_CONTENT
    and EVENT_ONLY (older: false). Unset, content is captured: it is what this library is for."""
    if options.capture is not None:
        return _known_capture(options.capture)
    if ours := environ.get("SPANGLASS_CAPTURE"):
        return _known_capture(ours.strip().lower())
    standard = environ.get("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "").strip().lower()
    return "metadata" if standard in ("no_content", "event_only", "false") else "full"


def _known_capture(said: str) -> Capture:
    if said == "full":
        return "full"
    if said == "metadata":
        return "metadata"
    raise ConfigurationError(f'capture must be "full" or "metadata", not {said!r}')


def _sampling(options: InitOptions, environ: Mapping[str, str]) -> Sampling:
    if isinstance(options.sample, Sampling):
        return options.sample
    if options.sample is not None:
        return Sampling(options.sample)
    return sampling_of(environ.get("OTEL_TRACES_SAMPLER"), environ.get("OTEL_TRACES_SAMPLER_ARG")) or Sampling()


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
    headers = _parse_list(exporter_setting(environ, "HEADERS") or "")
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
        MODEL_VERSION: environ.get("SPANGLASS_MODEL_VERSION"),
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
