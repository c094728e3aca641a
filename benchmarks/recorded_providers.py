"""Recorded traffic of ten providers under every family of public instrumentations, beside what ends in `spans`.

Each family lives in an environment of its own, made at first use (they cannot be installed together). Its process asks
every recorded call again with the provider's own client, against a local server that gives the recording, and sends
OTLP to a running collector. Columns are then compared with the data set's index of what the provider answered. A column
that is not right was not sent, was sent otherwise, or was lost by us; the exit status says whether any was lost.

    python benchmarks/recorded_providers.py [--data DIR] [--venvs DIR] [--markdown FILE]
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.provider_replay.clients import CLIENTS
from benchmarks.provider_replay.families import FAMILIES, Family
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address, CollectorConfig
from spanglass_collector.store import Store, open_store
from spanglass_collector.store.aliases import Dialects
from tests.instrumentation.cassettes import data_dir, recordings

HERE = Path(__file__).resolve().parent
REASONS = Dialects.load().finish_reasons
COLUMNS = (
    *("Kind", "RequestModel", "ResponseModel", "InputTokens", "OutputTokens", "CachedInputTokens", "ReasoningTokens"),
    *("FinishReasons", "Streaming", "StatusCode", "InputMessages", "OutputMessages", "Output", "CostUsd"),
)
ALWAYS_TOLD = ("Kind", "StatusCode")


@dataclass
class Cell:
    """One provider under one family."""

    calls: int = 0
    watched: int = 0
    right: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    wrong: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], str] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)
    cost_usd: float = 0.0
    unpriced: int = 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=data_dir(), help="folder that holds cassettes/")
    parser.add_argument(
        "--venvs", type=Path, default=HERE.parent / ".venv-dialects", help="where environments are kept"
    )
    parser.add_argument("--markdown", type=Path, help="write the table there, too")
    parser.add_argument("--family", choices=list(FAMILIES), action="append", help="these alone")
    parser.add_argument("--provider", choices=list(CLIENTS), action="append", help="these alone")
    arguments = parser.parse_args()
    if not (arguments.data / "cassettes").is_dir():
        print(f"skipped: no recorded traffic in {arguments.data}")
        return 0
    cells = measure(
        arguments.data / "cassettes",
        arguments.venvs,
        arguments.family or list(FAMILIES),
        arguments.provider or list(CLIENTS),
    )
    text = "\n".join([*table(cells), "", *mismatches(cells)])
    print(text)
    if arguments.markdown:
        arguments.markdown.write_text(text + "\n", encoding="utf-8")
    return int(any(cause == "lost" for cell in cells.values() for _, cause in cell.wrong))


def measure(cassettes: Path, venvs: Path, names: list[str], providers: list[str]) -> dict[tuple[str, str], Cell]:
    """Every provider under every family that watches it."""
    index = {row["file"]: row["interactions"] for row in _index(cassettes)}
    cells: dict[tuple[str, str], Cell] = {}
    with tempfile.TemporaryDirectory(prefix="spanglass-providers-") as folder:
        anywhere = Address("127.0.0.1", 0)
        config = CollectorConfig(data_dir=Path(folder), otlp_http=anywhere, otlp_grpc=anywhere, sql=anywhere)
        with BackgroundCollector(config) as collector, open_store(collector.endpoints.store_url) as store:
            endpoint = f"http://{collector.endpoints.otlp_http}"
            for family in (FAMILIES[name] for name in names):
                python = environment(family, venvs)
                for provider in (each for each in family.watches if each in providers):
                    lines = _replay(python, family, provider, cassettes / provider, endpoint)
                    cells[provider, family.name] = _judge(lines, index, cassettes / provider, store, provider, family)
                    print(f"{family.name} {provider}: {cells[provider, family.name].calls} calls", file=sys.stderr)
    return cells


def environment(family: Family, venvs: Path) -> Path:
    """The family's Python, installed at first use."""
    python = venvs / family.name / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venvs / family.name], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *family.requirements], check=True)
    return python


def _index(cassettes: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(cassettes / "index.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _replay(python: Path, family: Family, provider: str, folder: Path, endpoint: str) -> list[dict[str, Any]]:
    child = HERE / "provider_replay" / "child.py"
    command = [python, child, family.name, provider, folder, endpoint, f"{family.name}-{provider}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        print(f"{family.name} {provider}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"file"')]


def _judge(lines: list[dict[str, Any]], index: Any, folder: Path, store: Store, provider: str, family: Family) -> Cell:
    result = store.query(
        f"SELECT SpanId, {', '.join(COLUMNS)} FROM spans "
        "WHERE ServiceName = {service:String} OR ScopeName LIKE 'logfire%'",
        {"service": f"{family.name}-{provider}"},
    )
    rows = {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in result.result_rows}
    recorded = {(r.file, r.index): r for r in recordings(folder)}
    cell = Cell()
    for line in lines:
        recording = recorded[line["file"], line["index"]]
        cell.calls += 1
        if line["problem"]:
            cell.problems[line["problem"].partition(":")[0]] += 1
            continue
        model_calls = [span for span in line["spans"] if (rows.get(span["span_id"]) or {}).get("Kind")]
        if not model_calls:
            continue
        span = model_calls[0]
        _compare(cell, expected(recording, index[line["file"]]), rows[span["span_id"]], span, line)
    return cell


def expected(recording: Any, interactions: list[dict[str, Any]]) -> dict[str, Any]:
    """What the provider said of this call, as the index has it; a column that is absent was not said."""
    said = _interaction(recording, interactions)
    usage = said.get("usage") or {}
    path = recording.url.partition("?")[0]
    kind = "embedding" if "embed" in path else "reranker" if "rerank" in path else "llm"
    values: dict[str, Any] = {"Kind": kind, "StatusCode": "Error" if recording.is_error else ""}
    if recording.is_error:
        return values | {"RequestModel": said.get("request_model")}
    # Anthropic's own input leaves out what is cached; the data set's index keeps the provider's numbers.
    cached, written = usage.get("cache_read") or 0, usage.get("cache_write") or usage.get("cache_creation") or 0
    exclusive = "anthropic" in recording.file or "anthropic" in path
    total = (usage.get("input_tokens") or 0) + (cached + written if exclusive else 0)
    values |= {
        "RequestModel": said.get("request_model"),
        "ResponseModel": said.get("response_model"),
        "InputTokens": total if usage.get("input_tokens") is not None else None,
        "OutputTokens": _output_tokens(usage, path),
        "CachedInputTokens": cached or None,
        "ReasoningTokens": usage.get("reasoning") or None,
        "FinishReasons": [REASONS.get(reason, reason) for reason in said.get("finish_reasons") or []] or None,
        "Streaming": True if said.get("stream") else None,
        "OutputText": _output_text(recording),
    }
    return {column: value for column, value in values.items() if value is not None}


def _output_tokens(usage: dict[str, Any], path: str) -> int | None:
    """Google counts thoughts beside its output; the total includes them."""
    said = usage.get("output_tokens")
    is_google = "generateContent" in path or "GenerateContent" in path
    return said + (usage.get("reasoning") or 0) if said is not None and is_google else said


def _interaction(recording: Any, interactions: list[dict[str, Any]]) -> dict[str, Any]:
    """The index lists a file's interactions in their order."""
    return interactions[recording.index] if recording.index < len(interactions) else {}


def _output_text(recording: Any) -> str | None:
    """The longest text of a whole answer, wherever its provider puts it; None for streams, which say it in pieces."""
    try:
        body = json.loads(recording.plain_body)
    except ValueError:
        return None
    answers = [
        body.get(key)
        for key in ("choices", "content", "candidates", "output", "message", "text", "generation", "results")
    ]
    texts = sorted(_texts([answer for answer in answers if answer]), key=len)
    return texts[-1] if texts else None


def _texts(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if key in ("text", "content", "generation", "outputText"):
            yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)


def _compare(cell: Cell, said: dict[str, Any], row: dict[str, Any], span: dict[str, Any], line: dict[str, Any]) -> None:
    cell.watched += 1
    cell.cost_usd += row["CostUsd"] or 0
    cell.unpriced += row["CostUsd"] is None and row["InputTokens"] is not None
    is_right = True
    for column, value in said.items():
        cell.judged[column] += 1
        if not _holds(column, value, row):
            is_right = False
            cause = _cause(column, value, row, span)
            cell.wrong[column, cause] += 1
            shown = row.get(column if column != "OutputText" else "OutputMessages")
            cell.examples.setdefault((column, cause), f"{str(value)[:60]} -> {str(shown)[:60]}")
    cell.right += is_right


def _holds(column: str, value: Any, row: dict[str, Any]) -> bool:
    if column == "OutputText":
        return json.dumps(value)[1:-1] in json.dumps(json.loads(row["OutputMessages"] or "[]"))
    if column == "StatusCode":
        return (row["StatusCode"] == "Error") == (value == "Error")
    if column == "FinishReasons":
        return sorted(row["FinishReasons"]) == sorted(value)
    return bool(row[column] == value)


def _cause(column: str, value: Any, row: dict[str, Any], span: dict[str, Any]) -> str:
    """`lost`: the value was on the span, and is not in its column."""
    aliases = {alias for name, alias in Dialects.load().fields if name == column}
    answers = ("output", "completion", "response")
    values = [
        str(each)
        for key, each in span["attributes"].items()
        if key in aliases or (column == "OutputText" and any(word in key for word in answers))
    ]
    text = str(value)
    if column == "OutputText":
        was_sent = any(text in each or json.dumps(text)[1:-1] in each for each in values)
    else:
        was_sent = text in values
    if was_sent and column == "OutputText" and (text in row["Output"] or json.dumps(text)[1:-1] in row["Output"]):
        return "sent as plain output, in Output"
    if was_sent and column not in ALWAYS_TOLD:
        return "lost"
    has = row.get("OutputMessages" if column == "OutputText" else column)
    return "sent otherwise" if has not in (None, "", []) else "not sent"


def table(cells: dict[tuple[str, str], Cell]) -> list[str]:
    """provider x instrumentation."""
    lines = [
        "| Provider | Instrumentation | Calls | Repeated | With a span | All right | Columns right | Priced, USD |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for (provider, family), cell in sorted(cells.items()):
        judged, wrong = sum(cell.judged.values()), sum(cell.wrong.values())
        share = f"{(judged - wrong) / judged:.1%}" if judged else "-"
        asked = cell.calls - sum(cell.problems.values())
        cost = f"{cell.cost_usd:.4f}" + (f" ({cell.unpriced} unpriced)" if cell.unpriced else "")
        lines.append(
            f"| {provider} | {family} | {cell.calls} | {asked} | {cell.watched} | {cell.right} | {share} | {cost} |"
        )
    return lines


def mismatches(cells: dict[tuple[str, str], Cell]) -> list[str]:
    lines = [
        "| Provider | Instrumentation | Column | Cause | Calls | Recorded -> stored |",
        "|---|---|---|---|---|---|",
    ]
    for (provider, family), cell in sorted(cells.items()):
        for (column, cause), count in sorted(cell.wrong.items()):
            example = cell.examples[column, cause].replace("|", "\\|").replace("\n", " ")
            lines.append(f"| {provider} | {family} | {column} | {cause} | {count} | {example} |")
    by_problem: dict[str, Counter[str]] = defaultdict(Counter)
    for (provider, _), cell in cells.items():
        by_problem[provider] += cell.problems
    return [*lines, *(f"\nNot repeated, {p}: {dict(each)}" for p, each in sorted(by_problem.items()) if each)]


if __name__ == "__main__":
    sys.exit(main())
