"""Sends a trace with the real OpenTelemetry SDK for Node to a real collector, and reads it back.

Needs node and npm; installs the SDK from the npm registry into a temporary folder, which is why it is a script and
not a test.

    python benchmarks/node_sdk.py [--modules FOLDER with node_modules]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address, CollectorConfig
from spanglass_collector.store import open_store

PACKAGES = ("@opentelemetry/api", "@opentelemetry/sdk-node", "@opentelemetry/exporter-trace-otlp-proto")
PROGRAM = Path(__file__).parents[1] / "tests" / "system" / "node" / "send.mjs"
WANTED = [
    ("chat gpt-4o", "llm", "gpt-4o", 12, 5, "session-1", "node-app"),
    ("invoke_agent helper", "agent", "", None, None, "", "node-app"),
]
QUERY = """SELECT SpanName, Kind, RequestModel, InputTokens, OutputTokens, SessionId, ServiceName
FROM spans ORDER BY SpanName"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=Path, help="a folder that has the packages installed already")
    options = parser.parse_args()
    if not shutil.which("node") or not shutil.which("npm"):
        sys.exit("node and npm are needed: apt-get install nodejs npm")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.modules or install(Path(temporary))
        found = send_and_read(folder, Path(temporary))
    for row in found:
        print(row)
    if found != WANTED:
        sys.exit(f"expected {WANTED}")
    print("the collector understood the Node SDK's spans")


def install(folder: Path) -> Path:
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", *PACKAGES], cwd=folder, check=True)
    return folder


def send_and_read(folder: Path, temporary: Path) -> list[tuple[object, ...]]:
    anywhere = Address("127.0.0.1", 0)
    config = CollectorConfig(
        data_dir=temporary / "data",
        store=f"chdb://{temporary}/chdb?database=node",
        otlp_http=anywhere,
        otlp_grpc=anywhere,
        sql=anywhere,
    )
    program = folder / "send.mjs"  # beside node_modules, where node looks for packages
    shutil.copy(PROGRAM, program)
    with BackgroundCollector(config) as collector:
        environ = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{collector.endpoints.otlp_http}"}
        subprocess.run(["node", str(program)], env=environ, check=True, timeout=60)
        with open_store(collector.endpoints.store_url) as store:
            return [tuple(row) for row in store.query(QUERY).result_rows]


if __name__ == "__main__":
    main()
