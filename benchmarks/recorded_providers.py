"""Recorded traffic of ten providers under every family of public instrumentations, beside what ends in `spans`.

Each family lives in an environment of its own, made at first use (they cannot be installed together). Its process asks
every recorded call again with the provider's own client, against a local server that gives the recording, and sends
OTLP (spans and log events) to a running collector. Columns are then compared with what the provider answered. A column
that is not right was not sent, was sent otherwise, or was lost by us; the exit status says whether any was lost.

    python benchmarks/recorded_providers.py [--data DIR] [--venvs DIR] [--page FILE]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.provider_replay.clients import CLIENTS
from benchmarks.provider_replay.families import FAMILIES, Family
from benchmarks.provider_replay.fixtures import SOURCES
from benchmarks.provider_replay.judge import COLUMNS, judge
from benchmarks.provider_replay.report import Cells, mismatches, renew, table, totals
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address, CollectorConfig
from spanglass_collector.store import Store, open_store
from spanglass_collector.store.content import join_content
from tests.instrumentation.cassettes import data_dir

HERE = Path(__file__).resolve().parent
FOLDERS = {"cassettes": "cassettes", "fixtures": "provider_response_fixtures"}
Replayed = dict[tuple[str, str, str], list[dict[str, Any]]]
"""(source, provider, family) -> a line of what was sent for each call."""
PRICED_WITHIN_S = 30


def main() -> int:
    arguments = _arguments()
    if not (arguments.data / "cassettes").is_dir():
        print(f"skipped: no recorded traffic in {arguments.data}")
        return 0
    cells = measure(arguments)
    text = "\n".join([totals(cells), "", *table(cells), "", *mismatches(cells)])
    print(text)
    if arguments.page:
        renew(arguments.page, text)
    return int(any(cell.lost for cell in cells.values()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=data_dir(), help="folder that holds cassettes/")
    parser.add_argument(
        "--venvs", type=Path, default=HERE.parent / ".venv-dialects", help="where environments are kept"
    )
    parser.add_argument("--page", type=Path, help="the page whose table is renewed")
    parser.add_argument("--keep", type=Path, help="write what was sent there, a file for each provider and family")
    parser.add_argument("--family", choices=list(FAMILIES), nargs="+", default=list(FAMILIES), help="these alone")
    parser.add_argument("--provider", choices=list(CLIENTS), nargs="+", default=list(CLIENTS), help="these alone")
    return parser.parse_args()


def measure(options: argparse.Namespace) -> Cells:
    """Every provider under every family that watches it."""
    with tempfile.TemporaryDirectory(prefix="spanglass-providers-") as folder:
        anywhere = Address("127.0.0.1", 0)
        config = CollectorConfig(data_dir=Path(folder), otlp_http=anywhere, otlp_grpc=anywhere, sql=anywhere)
        with BackgroundCollector(config) as collector, open_store(collector.endpoints.store_url) as store:
            replayed = dict(_replay_all(options, f"http://{collector.endpoints.otlp_http}"))
            join_content(store)
            _wait_for_prices(store)
            return {key: _judged(key, lines, options.data, store) for key, lines in replayed.items()}


def _replay_all(options: argparse.Namespace, endpoint: str) -> Iterator[tuple[tuple[str, str, str], Any]]:
    for family in (FAMILIES[name] for name in options.family):
        python = environment(family, options.venvs)
        for source, folder in FOLDERS.items():
            for provider in (each for each in family.watches if each in options.provider):
                if not (options.data / folder / provider).is_dir():
                    continue
                lines = _replay(python, family, (source, provider), options.data, endpoint)
                print(f"{family.name} {source} {provider}: {len(lines)} calls", file=sys.stderr)
                if options.keep:
                    text = "\n".join(json.dumps(line) for line in lines)
                    (options.keep / f"{family.name}-{provider}-{source}.jsonl").write_text(text, encoding="utf-8")
                yield (source, provider, family.name), lines


def environment(family: Family, venvs: Path) -> Path:
    """The family's Python, installed at first use and again when its versions change."""
    python = venvs / family.name / "bin" / "python"
    made_of = venvs / family.name / "requirements.txt"
    wanted = "\n".join(family.requirements)
    if not made_of.exists() or made_of.read_text(encoding="utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", venvs / family.name], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *family.requirements], check=True)
        made_of.write_text(wanted, encoding="utf-8")
    return python


def _replay(python: Path, family: Family, what: tuple[str, str], data: Path, endpoint: str) -> list[dict[str, Any]]:
    source, provider = what
    child = HERE / "provider_replay" / "child.py"
    service = f"{family.name}-{provider}-{source}"
    command = [python, child, family.name, provider, source, data, endpoint, service]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise SystemExit(f"{service} could not be repeated:\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"file"')]


def _wait_for_prices(store: Store) -> None:
    """Models are looked up seconds after their first call; what has no price then has none in the list."""
    deadline = time.monotonic() + PRICED_WITHIN_S
    unpriced = -1
    while time.monotonic() < deadline:
        before, unpriced = unpriced, store.query("SELECT countIf(CostUsd IS NULL) FROM spans").result_rows[0][0]
        if before == unpriced:
            return
        time.sleep(6)


def _judged(key: tuple[str, str, str], lines: list[dict[str, Any]], data: Path, store: Store) -> Any:
    source, provider, family = key
    ids = [span["span_id"] for line in lines for span in line["spans"]]
    result = store.query(
        f"SELECT SpanId, {', '.join(COLUMNS)} FROM spans WHERE SpanId IN {{ids:Array(String)}}", {"ids": ids}
    )
    rows = {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in result.result_rows}
    recorded = {(each.file, each.index): each for each in SOURCES[source](data, provider)}
    return judge(lines, recorded, rows, FAMILIES[family].scope)


if __name__ == "__main__":
    sys.exit(main())
