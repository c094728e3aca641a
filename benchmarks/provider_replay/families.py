"""Public instrumentations by family: what is installed for each, and what it watches of which provider."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any

CLIENTS = ("openai", "anthropic", "cohere<6", "mistralai<2", "boto3", "google-genai", "groq", "pyyaml")
SENDING = ("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http")
CONTENT = {
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "span_only",
    "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
    "TRACELOOP_TRACE_CONTENT": "true",
}


@dataclass(frozen=True)
class Family:
    """`watches`: provider -> (distribution, module, class)."""

    name: str
    watches: dict[str, tuple[str, str, str]]
    also: tuple[str, ...] = ()

    @property
    def requirements(self) -> list[str]:
        return [*CLIENTS, *SENDING, *sorted({dist for dist, _, _ in self.watches.values()}), *self.also]

    def start(self, provider: str, tracer_provider: Any) -> None:
        """Instrument this process for one provider's client."""
        os.environ.update(CONTENT)
        _, module, name = self.watches[provider]
        if module == "logfire":
            import logfire

            logfire.configure(send_to_logfire=False, console=False)
            getattr(logfire, name)()
            return
        getattr(import_module(module), name)().instrument(tracer_provider=tracer_provider)


def _each(prefix: str, dist: str, names: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str, str]]:
    return {
        p: (dist + part.replace(".", "-").replace("_", "-"), prefix + part, cls) for p, (part, cls) in names.items()
    }


_OPENAI = ("openai", "OpenAIInstrumentor")
OPENINFERENCE = Family(
    "openinference",
    _each(
        "openinference.instrumentation.",
        "openinference-instrumentation-",
        {
            **dict.fromkeys(("openai", "azure_openai", "deepseek"), _OPENAI),
            "anthropic": ("anthropic", "AnthropicInstrumentor"),
            "mistral": ("mistralai", "MistralAIInstrumentor"),
            "bedrock": ("bedrock", "BedrockInstrumentor"),
            "groq": ("groq", "GroqInstrumentor"),
            **dict.fromkeys(("google_gemini", "vertex"), ("google_genai", "GoogleGenAIInstrumentor")),
        },
    ),
)
OPENLLMETRY = Family(
    "openllmetry",
    _each(
        "opentelemetry.instrumentation.",
        "opentelemetry-instrumentation-",
        {
            **dict.fromkeys(("openai", "azure_openai", "deepseek"), _OPENAI),
            "anthropic": ("anthropic", "AnthropicInstrumentor"),
            "cohere": ("cohere", "CohereInstrumentor"),
            "mistral": ("mistralai", "MistralAiInstrumentor"),
            "bedrock": ("bedrock", "BedrockInstrumentor"),
            "groq": ("groq", "GroqInstrumentor"),
            **dict.fromkeys(("google_gemini", "vertex"), ("google_generativeai", "GoogleGenerativeAiInstrumentor")),
        },
    ),
)
OTEL = Family(
    "otel",
    _each(
        "opentelemetry.instrumentation.",
        "opentelemetry-instrumentation-",
        {
            **dict.fromkeys(("openai", "azure_openai", "deepseek"), ("genai.openai", "OpenAIInstrumentor")),
            "anthropic": ("genai.anthropic", "AnthropicInstrumentor"),
            "bedrock": ("botocore", "BotocoreInstrumentor"),
            **dict.fromkeys(("google_gemini", "vertex"), ("google_genai", "GoogleGenAiSdkInstrumentor")),
        },
    ),
)
LOGFIRE = Family(
    "logfire",
    {
        **dict.fromkeys(("openai", "azure_openai", "deepseek"), ("logfire", "logfire", "instrument_openai")),
        "anthropic": ("logfire", "logfire", "instrument_anthropic"),
    },
)
FAMILIES = {family.name: family for family in (OPENINFERENCE, OPENLLMETRY, OTEL, LOGFIRE)}
