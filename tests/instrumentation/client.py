"""Asks again what was asked when a cassette was recorded: the real openai client, answered from the recording."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from inspect import signature
from typing import Any

import openai

from tests.instrumentation.cassettes import Recording

# openai 2 speaks through httpx, openai 3 through httpx2; the classes are the same.
httpx: Any = import_module("httpx" if openai.__version__ < "3" else "httpx2")

RESOURCES: dict[str, Callable[[openai.OpenAI], Callable[..., Any]]] = {
    "chat/completions": lambda client: client.chat.completions.create,
    "completions": lambda client: client.completions.create,
    "embeddings": lambda client: client.embeddings.create,
    "responses": lambda client: client.responses.create,
}


class Replay(httpx.BaseTransport):  # type: ignore[misc]
    """A transport that gives the recorded response to whatever is asked."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def handle_request(self, request: Any) -> Any:
        recorded = self._recording
        return httpx.Response(recorded.status, headers=list(recorded.headers), stream=httpx.ByteStream(recorded.body))


def can_repeat(recording: Recording) -> bool:
    """Calls of OpenAI itself that carry a conversation or texts to embed, and their errors."""
    return "//api.openai.com/" in recording.url and recording.path in RESOURCES and "model" in recording.request


def repeat(recording: Recording) -> None:
    """Call the API as recorded and read the answer to its end, as an application would.

    An error that the provider sent is raised by the client and ends here: it is part of the recording.
    """
    client = openai.OpenAI(api_key="recorded", max_retries=0, http_client=httpx.Client(transport=Replay(recording)))
    with client:
        create = RESOURCES[recording.path](client)
        try:
            answer = create(**_arguments(recording, create))
            if recording.is_stream:
                for _ in answer:
                    pass
        except openai.APIStatusError:
            if not recording.is_error:
                raise


def _arguments(recording: Recording, create: Callable[..., Any]) -> dict[str, Any]:
    """The recorded body as keyword arguments; what this client has no argument for goes along as `extra_body`."""
    body, known = recording.request, signature(create).parameters
    extra = {key: value for key, value in body.items() if key not in known}
    arguments = {key: value for key, value in body.items() if key in known}
    return arguments | ({"extra_body": extra} if extra else {})
