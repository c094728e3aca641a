"""The part of Grafana's HTTP API that installing uses: it keeps what it is given and records what it is asked."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "glsa_test"
PLUGIN = "grafana-clickhouse-datasource"


@dataclass
class GrafanaDouble:
    """State of one Grafana. `kept` by path; `plugins` that are installed."""

    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    plugins: set[str] = field(default_factory=lambda: {PLUGIN})
    forbidden: set[tuple[str, str]] = field(default_factory=set)
    url: str = ""

    def __enter__(self) -> GrafanaDouble:
        double = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                authorised = self.headers.get("Authorization") == f"Bearer {TOKEN}"
                status, answer = double.answer(self.command, self.path, json.loads(body or b"{}"), authorised)
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = _answer  # noqa: N815  names that http.server calls

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, method: str, path: str, body: dict[str, Any], authorised: bool) -> tuple[int, dict[str, Any]]:
        self.asked.append((method, path))
        if not authorised:
            return 401, {"message": "Invalid API key"}
        if (method, path) in self.forbidden:
            return 403, {"message": "You'll need additional permissions to perform this action."}
        if path.startswith("/api/plugins/"):
            return (200, {}) if path.split("/")[3] in self.plugins else (404, {"message": "Plugin not found"})
        if method == "GET":
            return (200, self.kept[path]) if path in self.kept else (404, {"message": "not found"})
        return self._keep(method, path, body)

    def _keep(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        place = {
            ("POST", "/api/datasources"): f"/api/datasources/uid/{body.get('uid')}",
            ("POST", "/api/folders"): f"/api/folders/{body.get('uid')}",
            ("POST", "/api/dashboards/db"): f"/api/dashboards/uid/{body.get('dashboard', {}).get('uid')}",
            ("PUT", "/api/datasources/uid/spanglass"): path,
        }.get((method, path))
        if place is None:
            return 404, {"message": "Not found"}
        if path == "/api/dashboards/db":
            if f"/api/folders/{body['folderUid']}" not in self.kept:
                return 400, {"message": "folder not found"}
            if place in self.kept and not body["overwrite"]:
                return 412, {"message": "The dashboard has been changed by someone else", "status": "version-mismatch"}
        if method == "POST" and path != "/api/dashboards/db" and place in self.kept:
            return 409, {"message": "exists already"}
        self.kept[place] = body
        return 200, {"url": f"/d/{body.get('dashboard', {}).get('uid')}/x"}
