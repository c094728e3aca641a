"""`with served_by(model="support-bot@9f3c2a1b7e44"):` names what served the spans inside, third-party spans included.

For a process that serves one version, set `SPANGLASS_MODEL_VERSION` instead, or `OTEL_RESOURCE_ATTRIBUTES`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from opentelemetry import context as otel_context

from spanglass import attributes as names
from spanglass.record.ambient import inherited

LINEAGE = "spanglass.lineage.id"
RELEASE = "spanglass.release"


class Named(Protocol):
    """A registered model version (`registry.ModelRef`)."""

    @property
    def lineage_id(self) -> str: ...


@contextmanager
def served_by(
    model: Named | str = "", *, prompt: str = "", prompt_version: str | int = "", release: str = ""
) -> Iterator[None]:
    """`model` is `model@version` or what `register_model` returned. Nested blocks add to the outer one."""
    token = otel_context.attach(inherited(served_attributes(model, prompt, prompt_version, release)))
    try:
        yield
    finally:
        otel_context.detach(token)


def served_attributes(
    model: Named | str = "", prompt: str = "", prompt_version: str | int = "", release: str = ""
) -> dict[str, Any]:
    """The span attributes that name what served; nothing for what was not said."""
    said = {
        names.MODEL_VERSION: str(model),
        LINEAGE: getattr(model, "lineage_id", ""),
        names.PROMPT_NAME: prompt,
        names.PROMPT_VERSION: str(prompt_version),
        RELEASE: release,
    }
    return {name: value for name, value in said.items() if value}
