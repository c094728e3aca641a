"""Puts data source, folder and dashboards into a Grafana by its HTTP API. Doing it again changes nothing.

Grafana 11 and 12; the token is of a service account with the role Admin, or Editor when the data source is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from spanglass_dashboards.datasource import UID, SqlEndpoint, datasource
from spanglass_dashboards.generated import dashboards
from spanglass_dashboards.panel import DATASOURCE

FOLDER = {"uid": "spanglass", "title": "Spanglass"}
TIMEOUT_S = 30.0


class InstallError(Exception):
    """Grafana did not do what was asked; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Installed:
    """One thing that is there now. `did`: created, updated, kept."""

    what: str
    name: str
    did: str
    url: str = ""


def install(client: httpx.Client, endpoint: SqlEndpoint) -> Iterator[Installed]:
    """What was done, as it is done. `client` has Grafana's address and the token. Raises InstallError."""
    _check_plugin(client)
    yield _install_datasource(client, endpoint)
    yield _install_folder(client)
    for text in dashboards().values():
        yield _install_dashboard(client, json.loads(text))


def open_client(grafana_url: str, token: str) -> httpx.Client:
    """A client of one Grafana. Raises InstallError for what is no address."""
    if not grafana_url.startswith(("http://", "https://")):
        raise InstallError(f"{grafana_url!r} is no address of a Grafana: use http://HOST:3000")
    return httpx.Client(
        base_url=grafana_url.rstrip("/"), headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S
    )


def _check_plugin(client: httpx.Client) -> None:
    # Who may not read plugins may still write dashboards: only a clear "not there" counts.
    if _send(client, "GET", f"/api/plugins/{DATASOURCE['type']}/settings", accept=(200, 403, 404)).status_code == 404:
        raise InstallError(
            f"Grafana has no plugin {DATASOURCE['type']}: grafana cli plugins install {DATASOURCE['type']}, restart it"
        )


def _install_datasource(client: httpx.Client, endpoint: SqlEndpoint) -> Installed:
    found = _send(client, "GET", f"/api/datasources/uid/{UID}", accept=(200, 404))
    if found.status_code == 404:
        _send(client, "POST", "/api/datasources", datasource(endpoint))
        return Installed("data source", "Spanglass", "created")
    if found.json().get("readOnly"):  # It came from a provisioning file, which goes first.
        return Installed("data source", "Spanglass", "kept")
    _send(client, "PUT", f"/api/datasources/uid/{UID}", datasource(endpoint))
    return Installed("data source", "Spanglass", "updated")


def _install_folder(client: httpx.Client) -> Installed:
    if _send(client, "GET", f"/api/folders/{FOLDER['uid']}", accept=(200, 404)).status_code == 200:
        return Installed("folder", FOLDER["title"], "kept")
    _send(client, "POST", "/api/folders", FOLDER)
    return Installed("folder", FOLDER["title"], "created")


def _install_dashboard(client: httpx.Client, dashboard: dict[str, Any]) -> Installed:
    existed = _send(client, "GET", f"/api/dashboards/uid/{dashboard['uid']}", accept=(200, 404)).status_code == 200
    body = {"dashboard": dashboard, "folderUid": FOLDER["uid"], "overwrite": True, "message": "spanglass"}
    answer = _send(client, "POST", "/api/dashboards/db", body).json()
    url = str(client.base_url).rstrip("/") + str(answer.get("url", ""))
    return Installed("dashboard", dashboard["title"], "updated" if existed else "created", url)


def _send(
    client: httpx.Client,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    accept: tuple[int, ...] = (200,),
) -> httpx.Response:
    try:
        answer = client.request(method, path, json=body)
    except httpx.HTTPError as error:
        raise InstallError(f"Grafana at {client.base_url} does not answer: {error}") from error
    if answer.status_code not in accept:
        raise InstallError(f"{method} {path}: {_explained(answer)}")
    return answer


_ADVICE = {
    401: "the token is not accepted: make one under Administration > Service accounts",
    403: "the token may not do this: its service account needs the role Admin (Editor for dashboards alone)",
    404: "no such page: is this the address of a Grafana, with its sub-path?",
}


def _explained(answer: httpx.Response) -> str:
    try:
        said = str(answer.json().get("message", ""))
    except (ValueError, AttributeError):
        said = ""
    parts = (f"HTTP {answer.status_code}", said, _ADVICE.get(answer.status_code, ""))
    return ", ".join(part for part in parts if part)
