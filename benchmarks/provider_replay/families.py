"""Public instrumentations by family: what is installed for each, and what it watches of which provider."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from opentelemetry import trace

CLIENTS = {
    "openai": "3.52.0",
    "anthropic": "2.11.0",
    "cohere": "5.21.1",
    "mistralai": "1.12.4",
    "boto3": "1.44.5",
    "google-genai": "3.4.0",
    "groq": "1.7.0",
}
"""Pinned: what a client sends and what an instrumentation understands of it changes with every version."""
SENDING = ("opentelemetry-sdk==1.45.2", "opentelemetry-exporter-otlp-proto-http==1.45.2", "pyyaml")
CONTENT = {
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "span_only",
    "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
    "TRACELOOP_TRACE_CONTENT": "true",
    "ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE": "content",
}
AS_EVENTS = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true", "OTEL_SEMCONV_STABILITY_OPT_IN": ""}
"""botocore's tells content as log events alone."""


@dataclass(frozen=True)
class Family:
    """`watches`: provider -> (pinned distribution, module, class); `scope`: how its instrumentation scopes begin."""

    name: str
    scope: str
    watches: dict[str, tuple[str, str, str]]
    clients: dict[str, str] = field(default_factory=dict)

    @property
    def requirements(self) -> list[str]:
        """For pip: clients, this family's versions before the usual, and what watches and sends."""
        clients = [f"{name}=={version}" for name, version in {**CLIENTS, **self.clients}.items()]
        return [*clients, *SENDING, *sorted({dist for dist, _, _ in self.watches.values() if dist})]

    def start(self, provider: str, tracer_provider: Any, logger_provider: Any) -> None:
        """Instrument this process for one provider's client."""
        _, module, name = self.watches[provider]
        os.environ.update(CONTENT | (AS_EVENTS if "botocore" in module else {}))
        if module == "logfire":
            import logfire

            logfire.configure(send_to_logfire=False, console=False)
            getattr(logfire, name)()
        elif module:
            instrumentor = getattr(import_module(module), name)()
            instrumentor.instrument(tracer_provider=tracer_provider, logger_provider=logger_provider)
        else:
            trace.set_tracer_provider(tracer_provider)


def _each(prefix: str, names: dict[str, tuple[str, str, str]]) -> dict[str, tuple[str, str, str]]:
    """provider -> (part of the module's name, class, version)."""
    dist = prefix.replace(".", "-")
    return {
        p: (f"{dist}{part.replace('.', '-').replace('_', '-')}=={version}", prefix + part, cls)
        for p, (part, cls, version) in names.items()
    }


_GOOGLE = ("google_gemini", "vertex")
_OPENAI_LIKE = ("openai", "azure_openai", "deepseek")
OPENINFERENCE = Family(
    "openinference",
    "openinference.",
    _each(
        "openinference.instrumentation.",
        {
            **dict.fromkeys(_OPENAI_LIKE, ("openai", "OpenAIInstrumentor", "0.1.66")),
            "anthropic": ("anthropic", "AnthropicInstrumentor", "3.1.0"),
            "mistral": ("mistralai", "MistralAIInstrumentor", "2.2.2"),
            "bedrock": ("bedrock", "BedrockInstrumentor", "0.1.61"),
            "groq": ("groq", "GroqInstrumentor", "0.1.33"),
            **dict.fromkeys(_GOOGLE, ("google_genai", "GoogleGenAIInstrumentor", "1.4.14")),
        },
    ),
    clients={"mistralai": "3.7.0"},
)
OPENLLMETRY = Family(
    "openllmetry",
    "opentelemetry.instrumentation.",
    _each(
        "opentelemetry.instrumentation.",
        {
            **dict.fromkeys(_OPENAI_LIKE, ("openai", "OpenAIInstrumentor", "0.62.4")),
            "anthropic": ("anthropic", "AnthropicInstrumentor", "0.62.4"),
            "cohere": ("cohere", "CohereInstrumentor", "0.62.4"),
            "mistral": ("mistralai", "MistralAiInstrumentor", "0.62.4"),
            "bedrock": ("bedrock", "BedrockInstrumentor", "0.62.4"),
            "groq": ("groq", "GroqInstrumentor", "0.62.4"),
            **dict.fromkeys(_GOOGLE, ("google_generativeai", "GoogleGenerativeAiInstrumentor", "0.62.4")),
        },
    ),
)
OTEL = Family(
    "otel",
    "opentelemetry.",
    _each(
        "opentelemetry.instrumentation.",
        {
            **dict.fromkeys(_OPENAI_LIKE, ("genai.openai", "OpenAIInstrumentor", "1.3b0")),
            "anthropic": ("genai.anthropic", "AnthropicInstrumentor", "1.3b0"),
            "bedrock": ("botocore", "BotocoreInstrumentor", "0.66b2"),
            **dict.fromkeys(_GOOGLE, ("google_genai", "GoogleGenAiSdkInstrumentor", "1.3b0")),
        },
    ),
    clients={"google-genai": "2.34.0"},
)
_LOGFIRE = "logfire==5.2.0"
LOGFIRE = Family(
    "logfire",
    "logfire",
    {
        **dict.fromkeys(_OPENAI_LIKE, (_LOGFIRE, "logfire", "instrument_openai")),
        "anthropic": (_LOGFIRE, "logfire", "instrument_anthropic"),
    },
)
CLIENT = Family("client", "", {"anthropic": ("", "", "")})
"""Clients that tell their calls themselves once the process has a tracer provider."""
FAMILIES = {family.name: family for family in (OPENINFERENCE, OPENLLMETRY, OTEL, LOGFIRE, CLIENT)}
