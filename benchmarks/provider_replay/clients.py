"""Each provider's own client, asked what was asked when the cassette was recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from inspect import signature
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.instrumentation.cassettes import Recording

KEY = "recorded"


class CannotRepeat(Exception):
    """Today's client has no call for what was recorded."""


def repeat(provider: str, recording: Recording, url: str) -> None:
    """Call and read the answer to its end. Raises what the client raises; CannotRepeat when it cannot ask this."""
    CLIENTS[provider](recording, url)


def _drain(answer: Any, is_stream: bool) -> None:
    if is_stream:
        for _ in answer:
            pass


def _openai(recording: Recording, url: str) -> None:
    import openai

    client = openai.OpenAI(api_key=KEY, base_url=f"{url}/v1", max_retries=0)
    _drain(_openai_call(client, recording), recording.is_stream)


def _azure(recording: Recording, url: str) -> None:
    import openai

    client = openai.AzureOpenAI(api_key=KEY, azure_endpoint=url, api_version="2024-10-21", max_retries=0)
    _drain(_openai_call(client, recording), recording.is_stream)


def _groq(recording: Recording, url: str) -> None:
    import groq

    client = groq.Groq(api_key=KEY, base_url=url, max_retries=0)
    _drain(client.chat.completions.create(**recording.request), recording.is_stream)


def _openai_call(client: Any, recording: Recording) -> Any:
    resources: dict[str, Callable[[], Any]] = {
        "chat/completions": lambda: client.chat.completions.create,
        "completions": lambda: client.completions.create,
        "embeddings": lambda: client.embeddings.create,
        "responses": lambda: client.responses.create,
    }
    path = urlsplit(recording.url).path
    for name in sorted(resources, key=len, reverse=True):
        if path.endswith("/" + name) and "model" in (request := {"model": _deployment(path), **recording.request}):
            known = {k: v for k, v in request.items() if v is not None}
            return resources[name]()(**known)
    raise CannotRepeat(path)


def _deployment(path: str) -> str | None:
    found = re.search(r"/deployments/([^/]+)/", path)
    return found.group(1) if found else None


def _anthropic(recording: Recording, url: str) -> None:
    import anthropic

    client = anthropic.Anthropic(api_key=KEY, base_url=url, max_retries=0)
    known = set(signature(client.messages.create).parameters)
    arguments = {key: value for key, value in recording.request.items() if key in known}
    extra = {key: value for key, value in recording.request.items() if key not in known}
    _drain(client.messages.create(**arguments, extra_body=extra or None), recording.is_stream)


def _mistral(recording: Recording, url: str) -> None:
    try:
        from mistralai.client import Mistral  # since 2.0
    except ImportError:
        from mistralai import Mistral

    client = Mistral(api_key=KEY, server_url=url)
    body = {key: value for key, value in recording.request.items() if key != "stream"}
    if recording.path == "embeddings":
        client.embeddings.create(model=body["model"], inputs=body["input"])
    elif recording.is_stream:
        _drain(client.chat.stream(**body), is_stream=True)
    else:
        client.chat.complete(**body)


def _cohere(recording: Recording, url: str) -> None:
    import cohere

    path = urlsplit(recording.url).path
    client = (cohere.ClientV2 if path.startswith("/v2/") else cohere.Client)(api_key=KEY, base_url=url)
    name = path.rpartition("/")[2] + ("_stream" if recording.is_stream else "")
    if not hasattr(client, name):
        raise CannotRepeat(path)
    body = {key: value for key, value in recording.request.items() if key != "stream"}
    _drain(getattr(client, name)(**body), recording.is_stream)


def _gemini(recording: Recording, url: str) -> None:
    from google import genai

    _generate(genai.Client(api_key=KEY, http_options={"base_url": url}), recording)


def _vertex(recording: Recording, url: str) -> None:
    from google import genai
    from google.oauth2.credentials import Credentials

    options = {"base_url": url}
    client = genai.Client(
        vertexai=True, project="p", location="l", credentials=Credentials(token=KEY), http_options=options
    )
    _generate(client, recording)


def _generate(client: Any, recording: Recording) -> None:
    from google.genai import types

    found = re.search(r"models/([^/:]+):", recording.url)
    if not found:
        raise CannotRepeat(recording.url)
    body = dict(recording.request)
    extra = {
        name: body[name] for name in ("systemInstruction", "tools", "toolConfig", "safetySettings") if body.get(name)
    }
    config = types.GenerateContentConfig.model_validate({**body.get("generationConfig", {}), **extra})
    contents = [types.Content.model_validate(content) for content in body["contents"]]
    models = client.models
    call = models.generate_content_stream if "stream" in recording.url else models.generate_content
    _drain(call(model=found.group(1), contents=contents, config=config), "stream" in recording.url)


def _bedrock(recording: Recording, url: str) -> None:
    import boto3

    client = boto3.client(
        "bedrock-runtime",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=KEY,
        aws_secret_access_key=KEY,
    )
    found = re.search(r"/model/([^/]+)/([\w-]+)", recording.url)
    if not found:
        raise CannotRepeat(recording.url)
    model, operation = unquote(found.group(1)), found.group(2)
    if operation == "converse":
        client.converse(modelId=model, **recording.request)
    elif operation == "invoke":
        answer = client.invoke_model(modelId=model, body=json.dumps(recording.request), contentType="application/json")
        answer["body"].read()
    else:
        raise CannotRepeat(operation)


CLIENTS: dict[str, Callable[[Recording, str], None]] = {
    "openai": _openai,
    "azure_openai": _azure,
    "deepseek": _openai,
    "groq": _groq,
    "anthropic": _anthropic,
    "mistral": _mistral,
    "cohere": _cohere,
    "google_gemini": _gemini,
    "vertex": _vertex,
    "bedrock": _bedrock,
}
