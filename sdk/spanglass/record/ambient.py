"""What every span of a request shares (session, user, tags, metadata), carried by the OpenTelemetry context.

It is kept as ready-made attributes, so that a span inherits it with one dict update; it reaches third-party
spans too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from opentelemetry import context as otel_context

from spanglass import attributes as names
from spanglass.capture.snapshot import scalar_or_json

if TYPE_CHECKING:
    from contextvars import Token

KEY = otel_context.create_key("spanglass-ambient")


def ambient_attributes(context: otel_context.Context) -> Mapping[str, Any] | None:
    """The attributes that spans started in `context` inherit."""
    return context.get(KEY)  # type: ignore[return-value]


def inherited(attributes: Mapping[str, Any]) -> otel_context.Context:
    """The current context, in which spans start with `attributes` beside what they inherit already."""
    outer = ambient_attributes(otel_context.get_current()) or {}
    return otel_context.set_value(KEY, {**outer, **attributes})


def shared_attributes(
    session: str | None = None,
    user: str | None = None,
    tags: Iterable[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The attributes for what was said; nothing for what was not."""
    found: dict[str, Any] = {}
    if session is not None:
        found[names.SESSION] = str(session)
    if user is not None:
        found[names.USER] = str(user)
    if tags is not None:
        found[names.TAGS] = tuple(str(tag) for tag in tags)
    for key, value in (metadata or {}).items():
        found[names.METADATA_PREFIX + str(key)] = scalar_or_json(value)
    return found


class context:  # noqa: N801 - reads as a statement: `with spanglass.context(user=...)`
    """`with context(session=..., user=..., tags=[...], metadata={...}):` describes every span started inside.

    Nested contexts add to the outer one; tags are united.
    """

    def __init__(
        self,
        *,
        session: str | None = None,
        user: str | None = None,
        tags: Iterable[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        self._described = shared_attributes(session, user, tags, metadata)
        self._tokens: list[Token[otel_context.Context]] = []

    def __enter__(self) -> None:
        outer = ambient_attributes(otel_context.get_current()) or {}
        merged = {**outer, **self._described}
        if names.TAGS in self._described:
            merged[names.TAGS] = tuple(dict.fromkeys((*outer.get(names.TAGS, ()), *self._described[names.TAGS])))
        self._tokens.append(otel_context.attach(otel_context.set_value(KEY, merged)))

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        otel_context.detach(self._tokens.pop())


def session(session_id: str) -> context:
    """`with session("s-1"):` puts the spans inside into one conversation."""
    return context(session=session_id)


def user(user_id: str) -> context:
    """`with user("u-1"):` names the end user of the spans inside."""
    return context(user=user_id)


def tags(*labels: str) -> context:
    """`with tags("beta"):` adds labels to the spans inside."""
    return context(tags=labels)
