"""PydanticAI traces itself with OpenTelemetry when told to; this is its switch, in an instrumentor's shape."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class PydanticAIInstrumentor:
    """Loaded only after the application imported `pydantic_ai`."""

    @property
    def _agent(self) -> Any:
        return import_module("pydantic_ai").Agent

    @property
    def is_instrumented_by_opentelemetry(self) -> bool:
        """True also when the application (or Logfire) switched it on."""
        return bool(getattr(self._agent, "_instrument_default", False))

    def instrument(self) -> None:
        self._agent.instrument_all()

    def uninstrument(self) -> None:
        self._agent.instrument_all(False)
