"""The trace across processes and services: W3C `traceparent` and `baggage`, through OpenTelemetry's propagators
(`OTEL_PROPAGATORS` is honoured).

    httpx.post(url, headers=spanglass.inject({}))       # the caller
    with spanglass.extract(request.headers): handle()   # the other side
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any

from opentelemetry import baggage, propagate
from opentelemetry import context as otel_context

from spanglass import attributes as names
from spanglass.record.ambient import KEY, ambient_attributes, shared_attributes
from spanglass.safety import wall

_SESSION, _USER, _TAGS = "spanglass.session", "spanglass.user", "spanglass.tags"


def inject(carrier: MutableMapping[str, str] | None = None, *, identity: bool = False) -> MutableMapping[str, str]:
    """Adds the headers that continue this trace elsewhere, and returns the carrier.

    `identity` also sends session, user and tags as baggage: only to services that may know them.
    """
    headers = {} if carrier is None else carrier
    try:
        context = otel_context.get_current()
        propagate.inject(headers, _with_identity(context) if identity else context)
    except Exception as error:  # noqa: BLE001 - the SDK safety wall
        wall.caught("inject", error)
    return headers


def _with_identity(context: otel_context.Context) -> otel_context.Context:
    shared = ambient_attributes(context) or {}
    for entry, name in ((_SESSION, names.SESSION), (_USER, names.USER)):
        if name in shared:
            context = baggage.set_baggage(entry, shared[name], context)
    if names.TAGS in shared:
        context = baggage.set_baggage(_TAGS, "\n".join(shared[names.TAGS]), context)
    return context


class extract:  # noqa: N801 - reads as a statement: `with extract(headers):`
    """`with extract(headers):` spans inside belong to the caller's trace. Headers are read regardless of case;
    without any, or with broken ones, nothing changes."""

    def __init__(self, carrier: Mapping[str, Any]) -> None:
        self._carrier = carrier
        self._outer: otel_context.Context | None = None

    def __enter__(self) -> None:
        self._outer = otel_context.get_current()
        try:
            otel_context.attach(_context_of(self._carrier))
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("extract", error)

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._outer is not None:
            otel_context.attach(self._outer)  # no token: the block may be left in another task


def _context_of(carrier: Mapping[str, Any]) -> otel_context.Context:
    lowered = {str(name).lower(): value for name, value in carrier.items()}
    context = propagate.extract(lowered)
    found = shared_attributes(
        session=_entry(_SESSION, context),
        user=_entry(_USER, context),
        tags=(_entry(_TAGS, context) or "").split("\n") if _entry(_TAGS, context) else None,
    )
    return otel_context.set_value(KEY, {**(ambient_attributes(context) or {}), **found}, context) if found else context


def _entry(name: str, context: otel_context.Context) -> str | None:
    value = baggage.get_baggage(name, context)
    return None if value is None else str(value)
