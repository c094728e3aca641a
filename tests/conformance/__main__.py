"""`make conformance`: real senders against a real collector, as a table. Needs node and npm, and the npm registry.

The Node SDK is installed into a temporary folder, or into SPANGLASS_NODE_PREFIX where it is then found again.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address, CollectorConfig
from spanglass_collector.service import Endpoints
from spanglass_collector.store import open_store
from tests.conformance import python_sender
from tests.conformance.stored import QUESTIONS, differences

SENDER = Path(__file__).with_name("node_sender.mjs")
EXPORTERS = [
    f"@opentelemetry/exporter-{signal}-otlp-{kind}"
    for signal in ("trace", "logs", "metrics")
    for kind in ("grpc", "http", "proto")
]
PACKAGES = ["@opentelemetry/sdk-node", "@opentelemetry/api", "@opentelemetry/api-logs", *EXPORTERS]
RUNS = [
    ("Python", protocol, compression) for protocol in ("grpc", "http/protobuf") for compression in ("none", "gzip")
] + [
    ("Node", protocol, compression)
    for protocol in ("grpc", "http/protobuf", "http/json")
    for compression in ("none", "gzip")
]


@contextlib.contextmanager
def _node_folder() -> Iterator[Path]:
    """A folder with the Node SDK in it."""
    named = os.environ.get("SPANGLASS_NODE_PREFIX")
    with contextlib.nullcontext(named) if named else tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        if not (path / "node_modules/@opentelemetry/sdk-node").exists():
            npm = shutil.which("npm") or sys.exit("npm is needed: install Node.js (apt-get install nodejs npm)")
            command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(path), *PACKAGES]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        yield path


def _send_by_node(endpoints: Endpoints, protocol: str, service: str, compression: str, folder: Path) -> None:
    address = endpoints.otlp_grpc if protocol == "grpc" else endpoints.otlp_http
    command = ["node", str(SENDER), protocol, f"http://{address}", service, compression]
    answer = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=60).stdout
    told = json.loads(answer.splitlines()[-1])
    if told != {"traces": True, "logs": True, "metrics": True}:
        raise RuntimeError(f"not acknowledged: {told}")


def main() -> int:
    table = Table("sender", "protocol", "compression", *QUESTIONS, title="Conformance")
    failures = 0
    with _node_folder() as node, tempfile.TemporaryDirectory() as data:
        anywhere = Address("127.0.0.1", 0)
        config = CollectorConfig(data_dir=Path(data), otlp_http=anywhere, otlp_grpc=anywhere, sql=anywhere)
        with BackgroundCollector(config) as collector, open_store(collector.endpoints.store_url) as store:
            for sender, protocol, compression in RUNS:
                service = f"{sender} {protocol} {compression}"
                if sender == "Node":
                    _send_by_node(collector.endpoints, protocol, service, compression, node)
                else:
                    python_sender.send(collector.endpoints, protocol, service, compression)
                wrong = differences(store, service)
                failures += len(wrong)
                table.add_row(sender, protocol, compression, *(wrong.get(signal, "ok") for signal in QUESTIONS))
    Console(width=160).print(table)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
