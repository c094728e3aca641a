"""The composition root of the SDK: one `Runtime` per process owns provider, bridge and exporter.

`init` is optional: the first traced call starts the runtime from the environment.
"""

from __future__ import annotations

import atexit
import logging
import sys
import threading
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from opentelemetry import trace as otel

from spanglass.attributes import SERVICE_NAME
from spanglass.capture.patterns import Wanted
from spanglass.capture.policy import Capture, ContentLimits, Mask, in_force
from spanglass.config import Config, InitOptions, Limits, SpoolConfig, configure, configure_from_environment
from spanglass.contract import FinishedSpan, SpanSink
from spanglass.fork import after_fork
from spanglass.ledger import NO_ENDPOINT, Stats, ledger
from spanglass.record.bridge import Bridge, ConfiguredProvider, exports_already_to
from spanglass.record.ids import new_trace_id
from spanglass.record.threads import patch_threads, unpatch_threads
from spanglass.record.tracer import Provider, Resource
from spanglass.safety import wall
from spanglass.sampling import Sampling
from spanglass.sigterm import SigtermDelivery
from spanglass.version import VERSION

if TYPE_CHECKING:  # the exporter brings an HTTP client, which `import spanglass` should not
    from spanglass.export.worker import Exporter

SCOPE = "spanglass"
_log = logging.getLogger("spanglass")


class Nowhere:
    """The sink of a process that has nowhere to send spans."""

    def put(self, span: FinishedSpan, size_bytes: int) -> None:
        ledger.count_created()
        ledger.count_dropped(NO_ENDPOINT, 1)


class Runtime:
    """`tracer` is None until the first use; it is the only thing the hot path reads."""

    def __init__(self) -> None:
        self.tracer: otel.Tracer | None = None
        self.provider = Provider(Nowhere(), Resource())
        self.exporter: Exporter | None = None
        self._bridge: Bridge | None = None
        self._config: Config | None = None
        self._lock = threading.RLock()

    @property
    def config(self) -> Config | None:
        """What runs now; None before the start and after the stop."""
        return self._config

    def start(self, config: Config) -> None:
        """Starts with `config`, replacing what ran before; the same config again changes nothing."""
        with self._lock:
            if config == self._config:
                return
            self.stop(config.limits.exit_deadline_s)
            for warning in config.warnings:
                _log.warning("spanglass: %s", warning)
            in_force.policy = config.policy
            if config.disabled:
                self.tracer = otel.NoOpTracer()
            else:
                self._connect(config)
            self._config = config

    def start_lazily(self) -> otel.Tracer:
        """For the first traced call of a process that did not call `init`."""
        with self._lock:
            if self.tracer is None:
                self.start(configure_from_environment())
            return self.tracer or otel.NoOpTracer()

    def stop(self, timeout_s: float) -> None:
        """Delivers what it can within `timeout_s` and lets go; traced calls go on, unrecorded by us."""
        with self._lock:
            if self.provider.tail is not None:
                self.provider.tail.settle()
            exporter, self.exporter = self.exporter, None
            self._config = None
            self._send_to(Nowhere())
        if exporter is not None:
            exporter.shutdown(timeout_s)

    @property
    def exit_deadline_s(self) -> float:
        """Seconds that delivery may delay the end of the process."""
        return (self._config.limits if self._config else Limits()).exit_deadline_s

    def restart_after_fork(self) -> None:
        """The child gets locks, ids, queue, connection and counters of its own."""
        self._lock = threading.RLock()
        ledger.reset()
        if self.provider.tail is not None:
            self.provider.tail.restart()
        if self.exporter is not None:
            self.exporter.restart()

    def _connect(self, config: Config) -> None:
        self.provider.resource = Resource(_resource(config))
        self.provider.sample(config.sampling)
        existing = otel.get_tracer_provider()
        if config.traces_url:
            self.exporter = _make_exporter(config)
        if config.traces_url or config.console:
            self._listen_to(existing, config.traces_url or "")
            self._send_to(_with_console(self.exporter, config))
        if isinstance(existing, ConfiguredProvider):
            self.tracer = existing.get_tracer(SCOPE, VERSION)
        else:
            self.tracer = self.provider.get_tracer(SCOPE, VERSION)

    def _listen_to(self, existing: otel.TracerProvider, traces_url: str) -> None:
        """Takes the global provider's place only when nobody did; listens to one that takes processors."""
        if isinstance(existing, otel.ProxyTracerProvider):
            otel.set_tracer_provider(self.provider)
            return
        if isinstance(existing, ConfiguredProvider) and not self._has_bridge_to(existing):
            self._bridge = None if exports_already_to(existing, traces_url) else Bridge(existing, Discard())

    def _has_bridge_to(self, provider: ConfiguredProvider) -> bool:
        return self._bridge is not None and self._bridge.provider is provider

    def _send_to(self, sink: SpanSink) -> None:
        self.provider.sink = sink
        if self._bridge is not None:
            self._bridge.sink = Discard() if isinstance(sink, Nowhere) else sink


class Discard:
    """Spans of the application's own provider, after we stopped: they are not ours to count."""

    def put(self, span: FinishedSpan, size_bytes: int) -> None:
        """Forgets the span; the application's exporters have it."""


def _resource(config: Config) -> dict[str, str]:
    return {
        SERVICE_NAME: "unknown_service",  # what the specification asks for when nobody said
        "telemetry.sdk.name": "spanglass",
        "telemetry.sdk.language": "python",
        "telemetry.sdk.version": VERSION,
        **config.resource,
    }


def _with_console(exporter: Exporter | None, config: Config) -> SpanSink:
    if not config.console:
        return exporter or Nowhere()
    from spanglass.console.sink import Console

    return Console(exporter or Nowhere())


def _make_exporter(config: Config) -> Exporter:
    from spanglass.export.report import LossReport
    from spanglass.export.spool import Spool
    from spanglass.export.transport import HttpTransport
    from spanglass.export.worker import Exporter

    url, report = config.traces_url or "", None
    if config.metrics_url:
        described = {**_resource(config), "service.instance.id": f"{new_trace_id():032x}"}
        to_metrics = HttpTransport(config.metrics_url, config.headers, compress=config.gzip, tls=config.tls)
        report = LossReport(to_metrics, {**described, **config.resource}, ledger)
    transport = HttpTransport(url, config.headers, compress=config.gzip, tls=config.tls)
    spool = Spool(config.spool, url) if config.spool else None
    return Exporter(transport, config.limits, ledger, config.said, spool=spool, report=report)


runtime = Runtime()


def init(
    *,
    endpoint: str | None = None,
    api_key: str | None = None,
    service: str | None = None,
    environment: str | None = None,
    release: str | None = None,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    capture: Capture | None = None,
    mask: Mask | None = None,
    redact: Wanted | None = None,
    content_limits: ContentLimits | None = None,
    sample: Sampling | float | None = None,
    propagate_threads: bool = False,
    instrument: bool | Collection[str] = True,
    quiet: bool = False,
    spool: bool | str | SpoolConfig | None = None,
    console: bool | None = None,
    deliver_on_sigterm: bool = False,
) -> None:
    """Starts tracing to `endpoint` (an OTLP/HTTP base URL), else to what `OTEL_EXPORTER_OTLP_ENDPOINT` says,
    else to a collector on this machine. Never waits for the collector; calling it again is harmless.

    Switches on the instrumentations of GenAI clients that are installed: all (`instrument=True`), those named
    (`["openai", "openinference:langchain"]`), or none. `quiet` leaves out the line that says which.

    `console` draws each trace in the terminal; unsaid, only for a person at a terminal without a collector.
    `deliver_on_sigterm` delivers before SIGTERM ends a process that does not handle it.
    `spool` (true, or a folder) keeps on disk what cannot be delivered, for this or a later process to deliver.

    Content: `capture="metadata"` records none; `redact=True` (or names: "key", "email", "card", "iban", "phone", "ssn",
    "ip", or compiled patterns) and `mask` (gets parsed content, returns what may leave) change it before it is sent.
    `sample` is a share of traces or a `Sampling`. `propagate_threads` carries the current span into new threads and
    thread pools. `docs/sdk/` has a page on each.

    Call it after the application configured its own OpenTelemetry provider, if it has one.
    """
    options = InitOptions(
        endpoint=endpoint,
        api_key=api_key,
        service=service,
        environment=environment,
        release=release,
        headers=headers,
        limits=limits,
        spool=spool,
        console=console,
        capture=capture,
        mask=mask,
        redact=redact,
        content_limits=content_limits or ContentLimits(),
        sample=sample,
    )
    try:
        config = configure(options)
        runtime.start(config)
        if deliver_on_sigterm:
            _sigterm.install()
        if propagate_threads:
            patch_threads()
        if not config.disabled and instrument:
            _instrument(instrument, quiet)
    except Exception as error:  # noqa: BLE001 - the SDK safety wall
        wall.caught("init", error)


def _instrument(instrument: bool | Collection[str], quiet: bool) -> None:
    from spanglass.instrument.request import instrument_clients

    instrument_clients(instrument, quiet=quiet)


def flush(timeout_s: float = 5.0) -> bool:
    """Waits until every finished span was delivered or given up; false when `timeout_s` was not enough."""
    exporter = runtime.exporter
    return True if exporter is None else exporter.flush(timeout_s)


def shutdown(timeout_s: float = 2.0) -> None:
    """Delivers what it can within `timeout_s`, stops exporting and switches off what `init` switched on."""
    runtime.stop(timeout_s)
    _sigterm.remove()
    unpatch_threads()
    if switch := sys.modules.get("spanglass.instrument.switch"):
        switch.switch.off()


def _at_exit() -> None:
    """Delivers within `Limits.exit_deadline_s`; patched clients stay patched, since the process ends."""
    runtime.stop(runtime.exit_deadline_s)


def stats() -> Stats:
    """The loss ledger of this process: created = exported + spooled + queued + dropped + sampled_out."""
    return ledger.read(0) if runtime.exporter is None else runtime.exporter.stats()


_sigterm = SigtermDelivery(_at_exit)
atexit.register(_at_exit)
after_fork(runtime.restart_after_fork, _at_exit)
