"""How much of recorded provider traffic is right in `spans`, by instrumentation and column.

Every recorded OpenAI call is made again by the real client, answered from the recording, under each installed
instrumentation in a process of its own, which sends OTLP to a running collector. Each column is then compared with the
provider's own recorded answer. A difference has one of three causes: the instrumentation did not send it, sent
something else, or we lost it; the last is ours to fix, and the exit status says whether there was any.

    python benchmarks/recorded_traffic.py [--data DIR] [--mismatches 3]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address, CollectorConfig
from spanglass_collector.store import open_store
from tests.instrumentation.cassettes import Recording, data_dir, recordings
from tests.instrumentation.client import can_repeat
from tests.instrumentation.instrumentations import INSTRUMENTATIONS, installed
from tests.instrumentation.outcome import Cause, Outcome, columns_of, outcomes
from tests.instrumentation.traffic import send

ANYWHERE = Address("127.0.0.1", 0)
Results = dict[str, list[Outcome]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=data_dir(), help="folder that holds cassettes/")
    parser.add_argument("--mismatches", type=int, default=2, help="examples shown for each cause")
    arguments = parser.parse_args()
    folder = arguments.data / "cassettes" / "openai"
    if not folder.is_dir():
        print(f"skipped: no recorded traffic in {folder}")
        return 0
    calls = [recording for recording in recordings(folder) if can_repeat(recording)]
    results = replay(calls)
    console = Console(width=140)
    console.print(shares(results))
    console.print(mismatches(results, arguments.mismatches))
    _print_unknown(console, results)
    return int(any(Cause.LOST in each for each in _causes(results).values()))


def replay(calls: list[Recording]) -> Results:
    """Each instrumentation's calls, sent, stored and compared."""
    with tempfile.TemporaryDirectory(prefix="spanglass-recorded-") as folder:
        config = CollectorConfig(
            data_dir=Path(folder),
            store=f"chdb://{folder}/store?database=recorded",
            otlp_http=ANYWHERE,
            otlp_grpc=ANYWHERE,
            sql=ANYWHERE,
        )
        results: Results = {}
        with BackgroundCollector(config) as collector, open_store(collector.endpoints.store_url) as store:
            for each in installed():
                sent = send(each, calls, f"http://{collector.endpoints.otlp_http}", each.name)
                results[each.name] = outcomes(sent, store, each.name)
        return results


def shares(results: Results) -> Table:
    """instrumentation x column -> right / judged."""
    table = Table(title="Right / calls in which the provider's answer tells", title_justify="left")
    table.add_column("column")
    for each in installed():
        table.add_column(f"{each.name}\n{each.version}", justify="right")
    for column in dict.fromkeys(c for each in results.values() for o in each for c in o.recorded):
        table.add_row(column, *(_share(each, column) for each in results.values()))
    table.add_row("calls with a span", *(str(len(each)) for each in results.values()))
    return table


def _share(each: list[Outcome], column: str) -> str:
    judged = [column not in outcome.wrong for outcome in each if column in outcome.recorded]
    return f"{sum(judged) / len(judged):7.1%}  {sum(judged):3}/{len(judged):3}" if judged else "-"


def _causes(results: Results) -> dict[tuple[str, str], dict[Cause, list[Outcome]]]:
    causes: dict[tuple[str, str], dict[Cause, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    for name, each in results.items():
        for outcome in each:
            for column in outcome.wrong:
                causes[name, column][outcome.cause(column)].append(outcome)
    return causes


def mismatches(results: Results, examples: int) -> Table:
    """Every kind of difference with its cause."""
    table = Table(title="What is not right, and why", title_justify="left", show_lines=True)
    for heading in ("instrumentation", "column", "cause", "n", "known gap; examples: recorded -> stored"):
        table.add_column(heading, overflow="fold")
    gaps = {each.name: each.gaps for each in INSTRUMENTATIONS}
    for (name, column), causes in _causes(results).items():
        for cause, wrong in causes.items():
            shown = [_example(outcome, column) for outcome in wrong[:examples]]
            text = "\n".join([gaps[name].get(column, "a gap not known before"), *shown])
            table.add_row(name, column, cause.value, str(len(wrong)), text)
    return table


def _example(outcome: Outcome, column: str) -> str:
    said, has = (str(values[column])[:90] for values in (outcome.recorded, outcome.stored))
    return f"{outcome.call.recording.file.partition('__')[2][-60:]}: {said} -> {has}".replace("[", r"\[")


def _print_unknown(console: Console, results: Results) -> None:
    """Attributes that fill no column; they are in SpanAttributes. Something of ours may hide among them."""
    for name, each in results.items():
        keys = Counter(key for outcome in each for key in outcome.call.attributes if not columns_of(key))
        families = Counter(".".join("N" if part.isdigit() else part for part in key.split(".")) for key in keys)
        console.print(f"[bold]{name}[/] in SpanAttributes alone: {', '.join(sorted(families))}")


if __name__ == "__main__":
    sys.exit(main())
