"""The instrumentations that are installed, from the metadata of their distributions; none is imported here."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from typing import Any

from spanglass.instrument.clients import MODULES, PREFERENCE, family_of

GROUP = "opentelemetry_instrumentor"  # what `opentelemetry-instrument` reads, too
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_BUILTIN = ("pydantic-ai-slim", "spanglass.instrument.pydantic_ai:PydanticAIInstrumentor")


@dataclass(frozen=True)
class Candidate:
    """One instrumentation of one client. `client` is the distribution it watches, `module` what is imported."""

    client: str
    module: str
    family: str
    distribution: str
    version: str
    entry: EntryPoint
    client_version: str | None

    @property
    def rank(self) -> int:
        """Lower is preferred."""
        return PREFERENCE.index(self.family) if self.family in PREFERENCE else len(PREFERENCE)

    @property
    def is_active(self) -> bool:
        """True when somebody switched it on already; an instrumentation nobody imported is not."""
        module, _, name = self.entry.value.partition(":")
        maker: Any = getattr(sys.modules.get(module), name, None)
        # A singleton: calling its class gives the one instance. Ours and most others derive from BaseInstrumentor.
        return bool(maker is not None and getattr(maker(), "is_instrumented_by_opentelemetry", False))

    def __str__(self) -> str:
        return f"{self.family} {self.version}"


def installed() -> list[Candidate]:
    """Every GenAI instrumentation of this environment, by client and preference."""
    found = [candidate for entry in entry_points(group=GROUP) for candidate in _candidates(entry)]
    found += _builtin()
    return sorted(found, key=lambda each: (each.module, each.rank, each.distribution))


def _candidates(entry: EntryPoint) -> Iterator[Candidate]:
    distribution = entry.dist
    if distribution is None:
        return
    name = _normal(distribution.metadata["Name"])
    own_name = name.removeprefix("openinference-instrumentation-")  # LiteLLM's has no `instruments` extra
    for client in (*_instrumented(distribution.requires or ()), own_name):
        if client in MODULES:
            yield Candidate(
                client, MODULES[client], family_of(name), name, distribution.version, entry, _client_version(client)
            )
            return  # one entry point is one instrumentation, whichever of its clients is meant


def _builtin() -> list[Candidate]:
    client, value = _BUILTIN
    client_version = _version(client)
    if client_version is None:
        return []
    entry = EntryPoint("pydantic_ai", value, GROUP)
    return [Candidate("pydantic-ai", MODULES[client], "builtin", "spanglass", client_version, entry, client_version)]


def _instrumented(requires: list[str] | tuple[()]) -> Iterator[str]:
    """The clients in `Requires-Dist: openai>=1; extra == 'instruments'`, installed ones first."""
    names = [
        _normal(match.group())
        for line in requires
        if "extra ==" in line and "instruments" in line.partition(";")[2] and (match := _NAME.match(line.strip()))
    ]
    yield from sorted(names, key=lambda name: _version(name) is None)


def _client_version(client: str) -> str | None:
    """LangChain comes as `langchain` or as `langchain-core` alone, PydanticAI in two sizes: one module, several
    names."""
    names = (client, *(name for name, module in MODULES.items() if module == MODULES[client]))
    return next((found for name in names if (found := _version(name))), None)


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
