"""Spanglass: watches LLM applications. `@trace` on a function is all an application adds.

    from spanglass import trace, current_span

    @trace(kind="llm")
    def answer(messages):
        reply = client.chat.completions.create(model="gpt-4o", messages=messages)
        current_span().update(model="gpt-4o", input_messages=messages, input_tokens=reply.usage.prompt_tokens)
        return reply.choices[0].message.content

Reading order: `traced/call.py` (one traced call), `record/span.py` (the span), `export/worker.py` (its
delivery), `runtime.py` (how they are put together).
"""

from typing import TYPE_CHECKING, Any

from spanglass.capture.policy import ContentLimits
from spanglass.ledger import Stats
from spanglass.record.ambient import context, session, tags, user
from spanglass.record.handle import Handle, current_span
from spanglass.record.propagation import extract, inject
from spanglass.record.threads import carry, patch_threads
from spanglass.runtime import flush, init, shutdown, stats
from spanglass.sampling import Sampling
from spanglass.traced.block import span
from spanglass.traced.function import trace
from spanglass.traced.score import score
from spanglass.version import VERSION

if TYPE_CHECKING:
    from spanglass.guarded.decision import Blocked, Decision
    from spanglass.guarded.guard import guard

__version__ = VERSION

__all__ = [
    "Blocked",
    "ContentLimits",
    "Decision",
    "Handle",
    "Sampling",
    "Stats",
    "__version__",
    "carry",
    "context",
    "current_span",
    "extract",
    "flush",
    "guard",
    "init",
    "inject",
    "patch_threads",
    "score",
    "session",
    "shutdown",
    "span",
    "stats",
    "tags",
    "trace",
    "user",
]


def __getattr__(name: str) -> Any:
    """Guards are imported by who uses them: most programs only trace."""
    if name in ("Blocked", "Decision", "guard"):
        from spanglass.guarded import decision, guard

        return getattr(guard if name == "guard" else decision, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
