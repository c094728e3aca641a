"""Public instrumentations of the openai client, each as its users set it up, with message content on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from opentelemetry.trace import TracerProvider


@dataclass(frozen=True)
class Instrumentation:
    """One distribution. `paths` are the resources it watches, `settings` the environment its documentation asks for.

    `gaps` says of which columns it sends nothing, or not what the provider said, in some calls or in all.
    """

    name: str
    distribution: str
    module: str
    paths: tuple[str, ...] = ("chat/completions", "completions", "embeddings", "responses")
    settings: Mapping[str, str] = field(default_factory=dict)
    gaps: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str | None:
        """None when it is not installed."""
        try:
            return version(self.distribution)
        except PackageNotFoundError:
            return None

    def start(self, provider: TracerProvider | None = None) -> None:
        """Instrument this process for good: not all of them undo what they did, so each gets a process of its own.

        Without a provider they use the process's global one.
        """
        os.environ.update(self.settings)
        instrumentor: Any = import_module(self.module).OpenAIInstrumentor()
        instrumentor.instrument(**({"tracer_provider": provider} if provider else {}))


INSTRUMENTATIONS = (
    Instrumentation(
        "openinference",
        "openinference-instrumentation-openai",
        "openinference.instrumentation.openai",
        gaps={
            "ResponseId": "has no attribute for it; the id is inside output.value only",
            "Streaming": "sent only where the request's body said `stream`, true or false",
            "FinishReasons": "sends the first choice's alone",
            "OutputMessages": "leaves out refusals; tells a provider's own web search as a tool call",
        },
    ),
    Instrumentation(
        "openllmetry",
        "opentelemetry-instrumentation-openai",
        "opentelemetry.instrumentation.openai",
        gaps={
            "ResponseModel": "cuts a vendor prefix off: moonshotai/kimi-k2 is sent as kimi-k2",
            "TimeToFirstToken": "sends chunk events for chat completions alone",
            "ToolDefinitions": "leaves out tools that are no functions (web search)",
        },
    ),
    Instrumentation(
        "otel",
        "opentelemetry-instrumentation-genai-openai",
        "opentelemetry.instrumentation.genai.openai",
        paths=("chat/completions", "embeddings", "responses"),
        settings={"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "span_only"},
        gaps={
            "Streaming": "by the convention, sent only when true",
            "OutputMessages": "leaves out refusals and the old function_call",
        },
    ),
)


def installed() -> list[Instrumentation]:
    return [each for each in INSTRUMENTATIONS if each.version]
