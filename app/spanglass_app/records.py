"""Lifecycle records from a command: sent to the collector that runs, answered before the command ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import orjson

from spanglass_app import reach
from spanglass_app.settings import Settings
from spanglass_collector.errors import Rejected, StoreUnavailable

_TIMEOUT_S = 30.0


def send(settings: Settings, project: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Raises Rejected or StoreUnavailable with what the collector said."""
    body = b"".join(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in records)
    call(settings, project, "POST", "/api/v1/records", content=body)


def call(settings: Settings, project: str, method: str, path: str, **request: Any) -> Any:
    """One call of the collector's REST interface; its JSON answer."""
    key = settings.local_key
    headers = {"x-spanglass-project": project, **({"authorization": f"Bearer {key}"} if key else {})}
    with reach.collector(settings) as reached:
        try:
            answer = httpx.request(method, reached.endpoint + path, headers=headers, timeout=_TIMEOUT_S, **request)
        except httpx.HTTPError as error:
            raise StoreUnavailable(f"the collector at {reached.endpoint} does not answer: {error}") from error
    if answer.is_success:
        return answer.json()
    told = answer.json().get("detail", answer.text) if "json" in answer.headers.get("content-type", "") else answer.text
    raise (StoreUnavailable if answer.status_code >= 500 else Rejected)(str(told))
