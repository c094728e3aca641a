"""Do drift rules page in the right windows, and are the shipped rules quiet on healthy traffic?

Replays recorded data through the evaluators and the alert rules (`spanglass alerts backtest` does the same on one's own
data) and draws when each rule would have paged:

- census_drift: 208 892 people of 2016 to 2018 after 68 785 of 2015, a chunk of 5000 a day. Beside our own test stands
  NannyML's rule (Jensen-Shannon distance above mean + 3 deviations of the reference chunks), whose published alert
  counts the alert rule must give.
- llmdrift: answers of March and June 2023, a tenth of a model's answers a day: June begins in the middle.
- azure_llm_trace (an hour of production requests) and the answers of March: nothing is wrong, nobody is paged.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.spatial.distance import jensenshannon

from spanglass_app.backtest import picture, timeline
from spanglass_collector.alerts.replay import Stretch, Track, replay
from spanglass_collector.alerts.rules import Rule, default_rules, from_mapping
from spanglass_collector.service import prepare_store
from spanglass_collector.store import Store, StoreUrl, open_store
from spanglass_evaluators import config as evaluation
from spanglass_evaluators.config import EvaluationConfig
from spanglass_evaluators.contract import Window, WindowEvaluator, WindowJudgement
from spanglass_evaluators.drift.drift import Drift, DriftConfig
from spanglass_evaluators.engine.rows import write_window_scores
from spanglass_evaluators.engine.span_loop import SpanLoop
from spanglass_evaluators.engine.window_columns import read_window
from spanglass_evaluators.engine.window_loop import judge_windows
from spanglass_evaluators.engine.windows import Bounds

START = datetime(2024, 1, 1, tzinfo=timezone.utc)
DAY = timedelta(days=1)
CENSUS = ("AGEP", "MAR", "ANC", "SCHL", "NATIVITY")
CHUNK = 5000
MODELS = {"gpt-4": ("gpt-4-0314", "gpt-4-0613"), "gpt-3.5-turbo": ("gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613")}
MATCH = {"prime_full": "yes_no", "opinionqa": "option_response"}
"""Data sets with enough answers for daily windows (leetcode_easy has 50 a model), and how they are judged."""
DAYS = 10
REFERENCE_DAYS = 4
console = Console(width=None if sys.stdout.isatty() else 150)
Row = dict[str, Any]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments.add_argument("--only", choices=list(PARTS), action="append", help="a part; may be given again")
    arguments.add_argument("--out", type=Path, default=Path("docs/pictures"), help="folder of the pictures")
    options = arguments.parse_args()
    if not (options.data / "census_drift").is_dir():
        console.print(f"skipped: {options.data} is not there; name the folder that holds census_drift/ with --data")
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        url = StoreUrl.parse(f"chdb://{folder}/clickhouse")
        prepare_store(url)
        with open_store(url) as store:
            outcomes = [PARTS[name](store, options.data, options.out) for name in options.only or PARTS]
    return 0 if all(outcomes) else 1


# --- census_drift -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChunkDistanceConfig:
    """`chunk`: rows of a reference chunk; `deviations`: how far above the chunks' mean counts."""

    chunk: int = CHUNK
    deviations: float = 3.0


@dataclass(frozen=True, slots=True)
class ChunkDistance:
    """NannyML's univariate rule as a window evaluator of a third party: Jensen-Shannon distance (base 2) to the whole
    reference, against mean + 3 deviations (ddof 0) of the reference's own chunks, in file order.
    """

    columns: tuple[str, ...] = (*(f"metadata.{name}" for name in CENSUS), "metadata.id")
    config: ChunkDistanceConfig = ChunkDistanceConfig()
    name: str = "drift"
    version: str = "nannyml"

    def judge(self, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
        assert reference is not None
        order = np.argsort(np.array(reference.columns["metadata.id"], dtype=np.int64))
        return [self._judge(name, order, reference, current) for name in self.columns[:-1]]

    def _judge(self, name: str, order: Any, reference: Window, current: Window) -> WindowJudgement:
        before = np.array(reference.columns[name], dtype=np.float64)[order]
        shares = _binned(before) if name == "metadata.AGEP" else _counted(before)
        whole = shares(before)
        chunks = [before[i : i + self.config.chunk] for i in range(0, len(before), self.config.chunk)]
        distances = [float(jensenshannon(shares(chunk), whole, base=2)) for chunk in chunks]
        mean, spread = float(np.mean(distances)), self.config.deviations * float(np.std(distances))
        distance = float(jensenshannon(shares(np.array(current.columns[name], dtype=np.float64)), whole, base=2))
        return WindowJudgement(
            name.removeprefix("metadata."), "jensen-shannon", current.size, reference.size,
            statistic=distance, effect_size=distance, threshold=mean + spread,
            drifted=not mean - spread <= distance <= mean + spread,
        )  # fmt: skip


def _binned(reference: Any) -> Callable[[Any], Any]:
    """Histogram over numpy's "doane" edges of the reference, and one bin for what lies beyond."""
    edges = np.histogram_bin_edges(reference, bins="doane")
    return lambda values: np.append(np.histogram(values, edges)[0], (values > edges[-1]).sum()) / len(values)


def _counted(reference: Any) -> Callable[[Any], Any]:
    """Shares of the categories of the reference, and one for all others."""
    names = np.unique(reference)
    return lambda values: np.append([(values == n).mean() for n in names], (~np.isin(values, names)).mean())


def census(store: Store, data: Path, out: Path) -> bool:
    """True when every published count is met and, with two chunks in a row, nothing pages before 2016."""
    console.rule("[bold]census_drift")
    people = [*_census_rows(data / "census_drift/reference.csv.gz", START)]
    reference_days = -(-len(people) // CHUNK)
    begins = START + reference_days * DAY
    people += _census_rows(data / "census_drift/analysis.csv.gz", begins)
    _insert_spans(store, people)
    days = [START + n * DAY for n in range(-(-(people[-1]["Timestamp"] - START) // DAY))]
    ours = Drift(DriftConfig(features=tuple(f"metadata.{name}" for name in CENSUS)))
    for evaluator, cohort in ((ChunkDistance(), "nannyml"), (ours, "ours")):
        _judge_days(store, evaluator, days, (START, begins), project="census", cohort=cohort)
    ends = days[-1] + DAY
    published = {e["subset"].split(",")[0].removeprefix("column "): e for e in _published(data, "census_drift")}
    tracks = _replay(store, [_drift_rule(name) for name in CENSUS], "census", START, ends)
    paging = [_drift_rule(name, persist=2) for name in CENSUS]
    pages = _replay(store, paging, "census", START, ends)
    table = Table("column", "chunks over", "published", "reference chunks over", "pages", "before 2016", "firing")
    good = True
    for name, track, paged in zip(CENSUS, tracks, pages, strict=True):
        over = [at for at, value in track.points if value is not None]
        early, expected = sum(at <= begins for at in over), published[name]
        early_pages = sum(episode.began <= begins for episode in paged.episodes)
        good &= abs(len(over) - early - expected["value"]) <= expected["tolerance"] and early_pages == 0
        counts = (len(over) - early, expected["value"], early, len(paged.episodes), early_pages)
        table.add_row(name, *map(str, counts), timeline(paged, len(days)))
    console.print(table)
    own = [_drift_rule(name, prefix="metadata.") for name in CENSUS]
    own_tracks = _replay(store, own, "census", START, ends)
    for name, track in zip(CENSUS, own_tracks, strict=True):
        count = sum(value is not None for _, value in track.points)
        console.print(f"  our own test (chi-square, Cramér's V of 0.1 or more) on {name}: {count} of {len(days)}")
    title = "census_drift, two chunks in a row: 2015 is the reference, 2016 begins on 15 January"
    picture(pages, out / "backtest-census.png", title=title)
    return good


def _census_rows(path: Path, start: datetime) -> Iterator[Row]:
    with gzip.open(path, "rt", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            attributes = {f"spanglass.metadata.{name}": row[name] for name in (*CENSUS, "id")}
            at = start + (number / CHUNK) * DAY
            yield {
                "Project": "census",
                "Timestamp": at,
                "TraceId": f"{int(row['id']):032x}",
                "SpanAttributes": attributes,
            }


def _drift_rule(name: str, prefix: str = "", persist: int = 1) -> Rule:
    """A rule over one column of one evaluator: the newest chunks, one a day."""
    entry = {
        "name": name,
        "kind": "drift",
        "features": [f"{prefix}{name}"],
        "window": f"{persist}d",
        "persist": persist,
    }
    return _rules([entry])[0]


# --- llmdrift -----------------------------------------------------------------------------------------------------


def llm_drift(store: Store, data: Path, out: Path) -> bool:
    """True when nothing fires in March and the published drops fire in June."""
    console.rule("[bold]llmdrift")
    rows = [row for name in MATCH for row in _answers(data / "llmdrift" / f"{name}.jsonl.gz", name)]
    _insert_spans(store, rows)
    _judge_spans(store)
    june = START + DAYS * DAY
    days = [START + n * DAY for n in range(REFERENCE_DAYS, 2 * DAYS)]
    drift = Drift(DriftConfig(features=("score:reference_match", "score:refusal", "OutputTokens", "Duration")))
    for name in MATCH:
        for family in MODELS:
            cohort = f"{name} {family}"
            where = f"SessionId = '{cohort}'"
            reference = (START, START + REFERENCE_DAYS * DAY)
            _judge_days(store, drift, days, reference, project="llmdrift", cohort=cohort, where=where)
    entry = {"kind": "drift", "features": ["score:reference_match"], "min_effect": 0.1, "persist": 2, "window": "2d"}
    rules = _rules([{**entry, "name": "accuracy-drift", "page_per": ["cohort"]}])
    (track,) = _replay(store, rules, "llmdrift", START, START + 2 * DAYS * DAY)
    table = Table("page", "began", "ended", "in June, from its second day on")
    for episode in track.episodes:
        right = episode.began >= june + 2 * DAY
        ended = f"{episode.ended:%d}" if episode.ended else "still open"
        table.add_row(episode.summary, f"day {episode.began:%d}", ended, "yes" if right else "[red]NO[/]")
    console.print(table)
    drops = {"prime_full gpt-4", "prime_full gpt-3.5-turbo", "opinionqa gpt-4"}
    paged = {cohort for cohort in drops if any(f"cohort={cohort}" in e.summary for e in track.episodes)}
    early = [e for e in track.episodes if e.began < june + 2 * DAY]
    console.print(f"published changes paged: {len(paged)} of {len(drops)}; pages in March: {len(early)}")
    picture([track], out / "backtest-llmdrift.png", title="llmdrift: March 2023 until day 10, June 2023 from day 11")
    return paged == drops and not early


def _answers(path: Path, name: str) -> Iterator[Row]:
    """March's answers over the first ten days, June's over the next; in a fixed random order within a model."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        answers = [json.loads(line) for line in file]
    for family, versions in MODELS.items():
        for half, model in enumerate(versions):
            own = [a for a in answers if a["model"] == model]
            random.Random(7).shuffle(own)
            for number, answer in enumerate(own):
                at = START + (half + number / len(own)) * DAYS * DAY
                yield _answer(answer, name, f"{name} {family}", at)


def _answer(answer: dict[str, Any], name: str, session: str, at: datetime) -> Row:
    reference = answer["ref_answer"] if isinstance(answer["ref_answer"], str) else ""
    key = f"{name}/{answer['model']}/{answer['id']}/{answer['trail']}/{at.timestamp()}"
    message = [{"role": "assistant", "parts": [{"type": "text", "content": answer["answer"]}]}]
    return {
        "Project": "llmdrift",
        "Timestamp": at,
        "TraceId": f"{hash_of(key):032x}",
        "RequestModel": answer["model"],
        "SessionId": session,
        "Duration": int(answer["latency"] * 1e9),
        "OutputTokens": int(answer["answer_token"]),
        "CostUsd": float(answer["cost"]),
        "OutputMessages": json.dumps(message),
        "SpanAttributes": {"spanglass.metadata.match": MATCH[name], "spanglass.metadata.reference": reference},
    }


def hash_of(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")


def _judge_spans(store: Store) -> None:
    settings = {"evaluators": {"toxicity": {"enabled": False}}}
    config: EvaluationConfig = evaluation.from_mapping(settings)
    loop = SpanLoop(config.span_jobs, lambda: int(datetime.now(timezone.utc).timestamp() * 1e9))
    first, last = (int(at.timestamp() * 1e9) for at in (START, START + 2 * DAYS * DAY))
    for name, done in loop.backfill(store, first, last).items():
        console.print(f"  {name}: {done.scored} judgements, {done.failed} failed")


# --- healthy traffic ----------------------------------------------------------------------------------------------


def healthy(store: Store, data: Path, out: Path) -> bool:
    """True when no shipped rule pages on an hour of production requests or on ten days of March's answers."""
    console.rule("[bold]healthy traffic, the rules that ship")
    rows = list(_azure(data / "azure_llm_trace/conv.csv.gz"))
    _insert_spans(store, rows)
    begins, ends = rows[0]["Timestamp"], rows[-1]["Timestamp"]
    _judge_halves(store, begins)
    # Spanglass' own rules speak of a running Spanglass, not of recorded traffic. One window is all there is of this
    # trace, so drift is asked without its persistence as well.
    once = {"name": "drift, one window", "kind": "drift", "min_effect": 0.2}
    shipped = [*(rule for rule in default_rules() if rule.scope == "project"), *_rules([once])]
    hour = Stretch("azure", begins, ends + timedelta(minutes=20), timedelta(minutes=1))
    march = Stretch("llmdrift", START, START + DAYS * DAY, timedelta(hours=1))
    table = Table("rule", "azure: pages", "passes with data", "March: pages", "passes with data")
    tracks = [replay(store, shipped, stretch) for stretch in (hour, march)]
    for first, second in zip(*tracks, strict=True):
        cells = [[str(len(t.episodes)), str(sum(v is not None for _, v in t.points))] for t in (first, second)]
        table.add_row(first.rule.name, *cells[0], *cells[1])
    console.print(table)
    false = sum(len(track.episodes) for both in tracks for track in both)
    passes = len(hour) + len(march)
    console.print(f"{len(rows)} requests and {DAYS} days of answers, {passes} passes: {false} false pages")
    measured = [track for track in tracks[0] if any(value is not None for _, value in track.points)]
    picture(
        measured, out / "backtest-healthy.png", title="azure_llm_trace: an hour of production traffic, shipped rules"
    )
    return false == 0


def _judge_halves(store: Store, begins: datetime) -> None:
    """The second half hour against the first, which is no shift; then how much shorter windows swing by themselves."""
    drift = Drift(DriftConfig(features=("InputTokens", "OutputTokens")))
    half, ten = timedelta(minutes=30), timedelta(minutes=10)
    _judge_day(store, drift, (begins + half, begins + 2 * half), (begins, begins + half), project="azure")
    swings = []
    for n in range(1, 6):
        times = [(begins + m * ten, begins + (m + 1) * ten) for m in (n - 1, n)]
        before, now = (_window(store, drift, part, "azure", "1") for part in times)
        swings += [judged.effect_size or 0.0 for judged in drift.judge(before, now)]
    shown = ", ".join(f"{swing:.2f}" for swing in sorted(swings))
    console.print(f"effects between neighbouring windows of ten minutes: {shown}; rules over such windows would page")


def _azure(path: Path) -> Iterator[Row]:
    """The trace has times and tokens; a call's duration is taken as half a second and 20 ms a generated token."""
    with gzip.open(path, "rt", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            at = datetime.fromisoformat(row["TIMESTAMP"][:26]).replace(tzinfo=timezone.utc)
            generated = int(row["GeneratedTokens"])
            yield {
                "Project": "azure", "Timestamp": at, "TraceId": f"{number:032x}", "RequestModel": "conversation",
                "InputTokens": int(row["ContextTokens"]), "OutputTokens": generated,
                "Duration": int((0.5 + 0.02 * generated) * 1e9),
            }  # fmt: skip


# --- shared steps -------------------------------------------------------------------------------------------------


def _insert_spans(store: Store, rows: Sequence[Row]) -> None:
    names = list(rows[0])
    fixed = {"SpanId": "0" * 15 + "1", "Kind": "llm", "StatusCode": "Ok", "ServiceName": "recorded"}
    for begin in range(0, len(rows), 50_000):
        values = [[*(row[name] for name in names), *fixed.values()] for row in rows[begin : begin + 50_000]]
        store.insert("spans", values, [*names, *fixed])


def _judge_days(
    store: Store, evaluator: WindowEvaluator, days: Iterable[datetime], reference: tuple[datetime, datetime], *,
    project: str, cohort: str, where: str = "1",
) -> None:  # fmt: skip
    for day in days:
        _judge_day(store, evaluator, (day, day + DAY), reference, project=project, cohort=cohort, where=where)


def _judge_day(
    store: Store, evaluator: WindowEvaluator, current: tuple[datetime, datetime],
    reference: tuple[datetime, datetime], *, project: str, cohort: str = "", where: str = "1",
) -> None:  # fmt: skip
    """One window as the engine's loop judges and writes it."""
    windows = [_window(store, evaluator, times, project, where) for times in (reference, current)]
    judged = [replace(j, cohort="") for j in judge_windows(evaluator, windows[0], windows[1])]
    now_ns = int(datetime.now(timezone.utc).timestamp() * 1e9)
    pair = (windows[0], windows[1])
    write_window_scores(store, evaluator, pair, judged, project=project, cohort=cohort, now_ns=now_ns)


def _window(
    store: Store, evaluator: WindowEvaluator, times: tuple[datetime, datetime], project: str, where: str
) -> Window:
    start, end = (round(at.timestamp() * 1000) * 1_000_000 for at in times)
    bounds = Bounds(start, end, where)
    return read_window(store, evaluator.columns, bounds, project=project, max_rows=100_000, text_rows=1000)


def _rules(entries: Sequence[dict[str, Any]]) -> tuple[Rule, ...]:
    return from_mapping({"alerts": {"default_rules": False, "rules": list(entries)}}).rules


def _replay(store: Store, rules: Sequence[Rule], project: str, start: datetime, end: datetime) -> list[Track]:
    """A pass a day, at its end."""
    return replay(store, rules, Stretch(project, start, end, DAY))


def _published(data: Path, dataset: str) -> list[dict[str, Any]]:
    found = json.loads((data / "published.json").read_text(encoding="utf-8"))
    return [entry for entry in found if entry["dataset"] == dataset]


PARTS = {"census": census, "llmdrift": llm_drift, "healthy": healthy}
"""Healthy traffic is the hour of production requests and, where the part before it has run, the answers of March."""

if __name__ == "__main__":
    sys.exit(main())
