"""The handle on a span: says in plain words what the conventions name at length.

It works on any OpenTelemetry span, ours or a third party's, and never raises into the application.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from opentelemetry import trace as otel

from spanglass import attributes as names
from spanglass.capture.content import refine_attributes
from spanglass.capture.messages import to_output_messages, to_parts_messages, to_system_parts
from spanglass.capture.policy import in_force
from spanglass.capture.secrets import redact
from spanglass.capture.snapshot import scalar_or_json, snapshot
from spanglass.capture.usage import usage_attributes
from spanglass.errors import ScoreTargetError
from spanglass.record.ambient import shared_attributes
from spanglass.record.span import OURS, SHARED
from spanglass.safety import wall

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Update(TypedDict, total=False):
    """What `Handle.update` takes. Tokens are totals: input includes cached, output includes reasoning."""

    model: str | None
    response_model: str | None
    provider: str | None
    messages: Any
    input_messages: Any
    output_messages: Any
    system: Any
    input_tokens: int | None
    output_tokens: int | None
    cached_input_tokens: int | None
    cache_write_tokens: int | None
    reasoning_tokens: int | None
    usage: Any
    cost: float | None
    cost_usd: float | None
    finish_reasons: Iterable[str] | None
    time_to_first_token_s: float | None
    streaming: bool | None
    session: str | None
    user: str | None
    tags: Iterable[str] | None
    metadata: Mapping[str, Any] | None
    prompt_name: str | None
    prompt_version: str | None
    prompt_variables: Mapping[str, Any] | None
    output: Any


_Encode = Callable[[Any], Any]

# Field -> (attribute, how its value is written). Session, user, tags, metadata and output follow below.
_FIELDS: dict[str, tuple[str, _Encode]] = {
    "model": (names.REQUEST_MODEL, str),
    "response_model": (names.RESPONSE_MODEL, str),
    "provider": (names.PROVIDER, str),
    "messages": (names.INPUT_MESSAGES, lambda value: snapshot(to_parts_messages(value))),
    "input_messages": (names.INPUT_MESSAGES, lambda value: snapshot(to_parts_messages(value))),
    "output_messages": (names.OUTPUT_MESSAGES, lambda value: snapshot(to_output_messages(value))),
    "system": (names.SYSTEM_INSTRUCTIONS, lambda value: snapshot(to_system_parts(value))),
    "input_tokens": (names.INPUT_TOKENS, int),
    "output_tokens": (names.OUTPUT_TOKENS, int),
    "cached_input_tokens": (names.CACHED_INPUT_TOKENS, int),
    "cache_write_tokens": (names.CACHE_WRITE_TOKENS, int),
    "reasoning_tokens": (names.REASONING_TOKENS, int),
    "cost": (names.COST_USD, float),
    "cost_usd": (names.COST_USD, float),
    "finish_reasons": (names.FINISH_REASONS, tuple),
    "time_to_first_token_s": (names.TIME_TO_FIRST_CHUNK, float),
    "streaming": (names.REQUEST_STREAM, bool),
    "prompt_name": (names.PROMPT_NAME, str),
    "prompt_version": (names.PROMPT_VERSION, str),
    "prompt_variables": (names.PROMPT_VARIABLES, lambda value: snapshot(redact(value))),
}
_CONTENT = frozenset({"messages", "input_messages", "output_messages", "system", "prompt_variables", "output"})
_SHARED = ("session", "user", "tags", "metadata")


class Handle:
    """A view of one span; `otel` is the OpenTelemetry span itself."""

    __slots__ = ("otel",)

    def __init__(self, span: otel.Span) -> None:
        self.otel = span

    @property
    def trace_id(self) -> str:
        """32 lower-case hex digits, as in the `TraceId` column; zeros when there is no current span."""
        return otel.format_trace_id(self.otel.get_span_context().trace_id)

    @property
    def span_id(self) -> str:
        """16 lower-case hex digits, as in the `SpanId` column."""
        return otel.format_span_id(self.otel.get_span_context().span_id)

    def update(self, **fields: Unpack[Update]) -> Handle:
        """Records what is known so far; None and fields not given change nothing. Returns the handle.

        `usage` is the provider's usage object or dict. Session, user, tags and metadata also describe the spans that
        start inside this one from now on.
        """
        try:
            if self.otel.is_recording():
                self._record({name: value for name, value in fields.items() if value is not None})
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("update", error)
        return self

    def session(self, session_id: str) -> Handle:
        """Puts this span and those inside it into one conversation."""
        return self.update(session=session_id)

    def user(self, user_id: str) -> Handle:
        """Names the end user of this span and those inside it."""
        return self.update(user=user_id)

    def tags(self, *labels: str) -> Handle:
        """Adds labels to this span and those inside it."""
        return self.update(tags=labels)

    def metadata(self, **entries: Any) -> Handle:
        """Adds entries to this span and those inside it."""
        return self.update(metadata=entries)

    def prompt(self, name: str, version: str | int | None = None, variables: Mapping[str, Any] | None = None) -> Handle:
        """The prompt template behind this call, and what was filled in."""
        said = None if version is None else str(version)
        return self.update(prompt_name=name, prompt_version=said, prompt_variables=variables)

    def event(self, name: str, **attributes: Any) -> Handle:
        """Something that happened now, inside the span; values that are no scalars become JSON text."""
        try:
            hidden = redact(attributes)
            self.otel.add_event(name, {key: scalar_or_json(value) for key, value in hidden.items()})
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("event", error)
        return self

    def _record(self, said: Mapping[str, Any]) -> None:
        span = self.otel
        policy = in_force.of(span)
        if policy.metadata_only:
            said = {name: value for name, value in said.items() if name not in _CONTENT}
        described = {_FIELDS[name][0]: _FIELDS[name][1](value) for name, value in said.items() if name in _FIELDS}
        span.set_attributes(described if type(span) in OURS else refine_attributes(described, policy))
        if "usage" in said:
            span.set_attributes(usage_attributes(said["usage"]))
        if shared := shared_attributes(**{name: said[name] for name in _SHARED if name in said}):
            _share(span, shared)
        if "output" in said:
            set_output(span, snapshot(said["output"]), attribute_of(span, names.KIND) == "tool")

    def set_attribute(self, name: str, value: Any) -> None:
        """Any other attribute, under its own name."""
        self.otel.set_attribute(name, value)

    def add_event(self, name: str, attributes: Mapping[str, Any] | None = None) -> None:
        """Something that happened now, inside the span."""
        self.otel.add_event(name, attributes)

    def score(
        self,
        name: str,
        value: float | bool | None = None,
        label: str | None = None,
        explanation: str | None = None,
    ) -> None:
        """A judgement of this span, as the conventions' `gen_ai.evaluation.result` event."""
        try:
            if not self.otel.get_span_context().is_valid:
                raise ScoreTargetError("a score outside of a span needs trace_id= and span_id=")
            self.otel.add_event(names.EVALUATION_EVENT, evaluation(name, value, label, explanation))
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("score", error)


def current_span() -> Handle:
    """The handle on the current span, whoever made it; outside of any span its methods do nothing."""
    return Handle(otel.get_current_span())


def evaluation(name: str, value: float | bool | None, label: str | None, explanation: str | None) -> dict[str, Any]:
    """The attributes of an evaluation event; nothing for what was not said."""
    said = {
        names.EVALUATION_NAME: name,
        names.EVALUATION_VALUE: None if value is None else float(value),
        names.EVALUATION_LABEL: label,
        names.EVALUATION_EXPLANATION: explanation,
    }
    return {key: item for key, item in said.items() if item is not None}


def attribute_of(span: otel.Span, name: str) -> Any:
    """An attribute of a live span where its implementation lets us read it (ours and the SDK's do), else
    None."""
    return (getattr(span, "attributes", None) or {}).get(name)


def record_model_call(span: otel.Span, named: Mapping[str, Any]) -> Mapping[str, Any]:
    """Takes `messages` and `model` out of the arguments of a model call; returns the other arguments.

    Our own spans carry the messages as they came; the exporter brings them into the parts shape.
    """
    model, messages = named.get("model"), named.get("messages")
    if isinstance(model, str):
        span.set_attribute(names.REQUEST_MODEL, model)
    if not isinstance(messages, (list, tuple)):
        return named
    if type(span) in OURS:
        span.set_attribute(names.CALL_MESSAGES, snapshot(messages))
    else:
        _set_content(span, names.INPUT_MESSAGES, snapshot(to_parts_messages(messages)))
    return {name: value for name, value in named.items() if name != "messages"}


def set_input(span: otel.Span, text: str, is_tool: bool) -> None:
    """Where JSON text of an input goes: the conventions name it for tools only."""
    if is_tool:
        _set_content(span, names.TOOL_ARGUMENTS, text)
    else:
        _set_content(span, names.INPUT_VALUE, text)
        span.set_attribute(names.INPUT_MIME_TYPE, names.JSON_MIME_TYPE)


def set_output(span: otel.Span, text: str, is_tool: bool) -> None:
    """Where JSON text of a result goes."""
    if is_tool:
        _set_content(span, names.TOOL_RESULT, text)
    else:
        _set_content(span, names.OUTPUT_VALUE, text)
        span.set_attribute(names.OUTPUT_MIME_TYPE, names.JSON_MIME_TYPE)


def _set_content(span: otel.Span, name: str, text: str) -> None:
    """Content on our spans is refined in the exporter's thread. Spans of another provider go to exporters we know
    nothing of, so there it is refined at once."""
    if type(span) in OURS:
        span.set_attribute(name, text)
    else:
        span.set_attributes(refine_attributes({name: text}, in_force.of(span)))


def _share(span: otel.Span, shared: dict[str, Any]) -> None:
    """On the span, and on those that will start inside it; tags are united."""
    inherited = getattr(span, SHARED, None) or {}
    if names.TAGS in shared:
        before = attribute_of(span, names.TAGS) or ()
        shared[names.TAGS] = tuple(dict.fromkeys((*before, *shared[names.TAGS])))
    span.set_attributes(shared)
    setattr(span, SHARED, {**inherited, **shared})
