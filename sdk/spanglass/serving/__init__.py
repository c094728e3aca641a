"""Hooks for serving: every span names the model version, the release and the prompt that served it.

`served.py` says so for the spans of a block or a process, `asgi.py` for the requests of an ASGI application (FastAPI,
Starlette), `generation.py` measures `transformers` generation: time to first token, tokens a second, batch, memory.
"""

from spanglass.serving.asgi import TracedRequests
from spanglass.serving.served import served_by

__all__ = ["TracedRequests", "served_by"]
