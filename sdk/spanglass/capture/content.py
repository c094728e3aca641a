"""Which attributes carry content, and the last step before content leaves: secrets, media, limits, redactions,
masks. Runs in the exporter's thread.

The steps are ordered so that a mask sees what would be sent, and nothing that a mask or a limit returns is larger
than the limit again.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from spanglass import attributes as names
from spanglass.capture.media import without_media
from spanglass.capture.patterns import Redaction
from spanglass.capture.policy import ContentLimits, Mask, Policy
from spanglass.capture.secrets import may_hold_secret, without_secrets
from spanglass.capture.shorten import shorten, tighter
from spanglass.capture.snapshot import cut_json, snapshot

_EXACT = frozenset(
    {
        names.INPUT_VALUE,
        names.OUTPUT_VALUE,
        names.INPUT_MESSAGES,
        names.OUTPUT_MESSAGES,
        names.SYSTEM_INSTRUCTIONS,
        names.TOOL_ARGUMENTS,
        names.TOOL_RESULT,
        names.TOOL_DEFINITIONS,
        names.PROMPT_VARIABLES,
        names.EXCEPTION_MESSAGE,
        names.EXCEPTION_STACKTRACE,
        names.EVALUATION_EXPLANATION,
        "gen_ai.prompt",
        "gen_ai.completion",
        "gen_ai.retrieval.query.text",
        "gen_ai.retrieval.documents",
        "traceloop.entity.input",
        "traceloop.entity.output",
        "tool.parameters",
        "input",
        "output",
        "tool_arguments",
        "tool_response",
        "all_messages",
        "pydantic_ai.all_messages",
        "mlflow.spanInputs",
        "mlflow.spanOutputs",
        "langfuse.observation.input",
        "langfuse.observation.output",
        "langfuse.trace.input",
        "langfuse.trace.output",
        "ai.prompt",
        "ai.prompt.messages",
        "ai.response.text",
        "db.query.text",
        "db.statement",
    }
)
# Indexed attributes: `gen_ai.prompt.0.content` (OpenLLMetry), `llm.input_messages.0.…` (OpenInference).
_PREFIXES = (
    "gen_ai.prompt.",
    "gen_ai.completion.",
    "llm.input_messages.",
    "llm.output_messages.",
    "llm.prompts",
    "retrieval.documents.",
    "reranker.",
    "embedding.embeddings.",
    "llm.request.functions.",
)
_NOT_CONTENT = frozenset({names.PROMPT_NAME, names.PROMPT_VERSION, "reranker.model_name", "reranker.top_k"})


@lru_cache(maxsize=4096)
def is_content(key: str) -> bool:
    """True for attributes that hold what users and models said, of any known instrumentation."""
    return key in _EXACT or (key.startswith(_PREFIXES) and key not in _NOT_CONTENT)


def refine_attributes(attributes: Mapping[str, Any], policy: Policy) -> Mapping[str, Any]:
    """The attributes as they may leave: the very same mapping when nothing had to change."""
    if policy.metadata_only:
        return _without_content(attributes)
    changed: dict[str, Any] = {}
    for key, value in attributes.items():
        if type(value) is str and is_content(key):
            refined = refine_text(value, policy)
            if refined is not value:
                changed[key] = refined
    return {**attributes, **changed} if changed else attributes


def _without_content(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = {key: value for key, value in attributes.items() if not is_content(key)}
    return kept if len(kept) < len(attributes) else attributes


def refine_text(text: str, policy: Policy) -> str:
    """One content attribute: JSON text stays JSON text, other text stays text."""
    if may_hold_secret(text):
        text = without_secrets(text)
    text = without_media(text)
    limits = policy.limits
    if len(text) > limits.unchecked_bytes:
        text = _within(text, limits)
    if policy.redactions and any(redaction.pattern.search(text) for redaction in policy.redactions):
        text = _redacted(text, policy.redactions)
    for mask in policy.masks:
        text = _masked(text, mask, limits)
    return text


def _within(text: str, limits: ContentLimits) -> str:
    """Shortens step by step until the value fits; text that is no JSON is cut."""
    try:
        value = orjson.loads(text)
    except ValueError:
        return _cut_text(text, limits)
    current: ContentLimits | None = limits
    while current is not None:
        shortened = orjson.dumps(shorten(value, current))
        if len(shortened) <= limits.value_bytes:
            return shortened.decode()
        current = tighter(current)
    return cut_json(text.encode(), limits.value_bytes)


def _cut_text(text: str, limits: ContentLimits) -> str:
    longest = min(limits.text_chars, limits.value_bytes // 4)  # a character is up to 4 bytes of UTF-8
    return text if len(text) <= longest else f"{text[:longest]}… [truncated: {len(text)} characters]"


def _redacted(text: str, redactions: tuple[Redaction, ...]) -> str:
    try:
        value = orjson.loads(text)
    except ValueError:
        return _redact_text(text, redactions)
    return orjson.dumps(_redact_value(value, redactions)).decode()


def _redact_value(value: Any, redactions: tuple[Redaction, ...]) -> Any:
    if isinstance(value, list):
        return [_redact_value(item, redactions) for item in value]
    if isinstance(value, dict):
        return {_redact_text(key, redactions): _redact_value(item, redactions) for key, item in value.items()}
    if isinstance(value, str):
        return _redact_text(value, redactions)
    if isinstance(value, int) and not isinstance(value, bool):  # a card number that is a JSON number
        written = str(value)
        return value if (hidden := _redact_text(written, redactions)) == written else hidden
    return value


def _redact_text(text: str, redactions: tuple[Redaction, ...]) -> str:
    for redaction in redactions:
        text = redaction.apply(text)
    return text


def _masked(text: str, mask: Mask, limits: ContentLimits) -> str:
    """A mask that raises costs the content, visibly; what it should have hidden never leaves."""
    is_json = True
    try:
        value = orjson.loads(text)
    except ValueError:
        value, is_json = text, False
    try:
        masked = mask(value)
        return masked if isinstance(masked, str) and not is_json else snapshot(masked, limits.value_bytes)
    except Exception as error:  # noqa: BLE001 - the application's code
        return f'"[dropped: mask raised {type(error).__name__}]"'
