"""Attribute names on the wire: the OpenTelemetry GenAI conventions (v1.41.1), and ours where they have no
name.

`input.value`, `output.value` and their mime types are OpenInference's names for the input and output of any
function; the conventions name only model messages and tool calls.
"""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal[
    "llm", "agent", "tool", "retriever", "embedding", "reranker", "guardrail", "chain", "task"
]  # design: the values of the `Kind` column

OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"
REQUEST_MODEL: Final = "gen_ai.request.model"
REQUEST_STREAM: Final = "gen_ai.request.stream"
RESPONSE_MODEL: Final = "gen_ai.response.model"
FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
CACHED_INPUT_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITE_TOKENS: Final = "gen_ai.usage.cache_creation.input_tokens"
REASONING_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"
INPUT_MESSAGES: Final = "gen_ai.input.messages"
OUTPUT_MESSAGES: Final = "gen_ai.output.messages"
SYSTEM_INSTRUCTIONS: Final = "gen_ai.system_instructions"
SESSION: Final = "gen_ai.conversation.id"
USER: Final = "user.id"
AGENT_NAME: Final = "gen_ai.agent.name"
TOOL_NAME: Final = "gen_ai.tool.name"
TOOL_ARGUMENTS: Final = "gen_ai.tool.call.arguments"
TOOL_RESULT: Final = "gen_ai.tool.call.result"
PROMPT_NAME: Final = "gen_ai.prompt.name"
PROMPT_VERSION: Final = "gen_ai.prompt.version"
PROMPT_VARIABLES: Final = "gen_ai.prompt.variables"
TOOL_DEFINITIONS: Final = "gen_ai.tool.definitions"
ERROR_TYPE: Final = "error.type"

EVALUATION_EVENT: Final = "gen_ai.evaluation.result"
EVALUATION_NAME: Final = "gen_ai.evaluation.name"
EVALUATION_VALUE: Final = "gen_ai.evaluation.score.value"
EVALUATION_LABEL: Final = "gen_ai.evaluation.score.label"
EVALUATION_EXPLANATION: Final = "gen_ai.evaluation.explanation"

EXCEPTION_EVENT: Final = "exception"
EXCEPTION_TYPE: Final = "exception.type"
EXCEPTION_MESSAGE: Final = "exception.message"
EXCEPTION_STACKTRACE: Final = "exception.stacktrace"

INPUT_VALUE: Final = "input.value"
INPUT_MIME_TYPE: Final = "input.mime_type"
OUTPUT_VALUE: Final = "output.value"
OUTPUT_MIME_TYPE: Final = "output.mime_type"
JSON_MIME_TYPE: Final = "application/json"

KIND: Final = "spanglass.span.kind"
TAGS: Final = "spanglass.tags"
COST_USD: Final = "spanglass.cost.usd"
METADATA_PREFIX: Final = "spanglass.metadata."
CALL_MESSAGES: Final = "spanglass.call.messages"  # never sent: becomes INPUT_MESSAGES in the exporter
SCORE_TARGET: Final = "spanglass.score.target_span_id"

SERVICE_NAME: Final = "service.name"
SERVICE_VERSION: Final = "service.version"
ENVIRONMENT: Final = "deployment.environment.name"
MODEL_VERSION: Final = "spanglass.model.version"

# Kinds the conventions have no operation for (reranker, guardrail, chain, task) carry ours alone.
OPERATION_OF_KIND: Final[dict[str, str]] = {
    "llm": "chat",
    "agent": "invoke_agent",
    "tool": "execute_tool",
    "retriever": "retrieval",
    "embedding": "embeddings",
}
