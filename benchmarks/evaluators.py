"""How fast the evaluators are: texts a second, alone and through the engine; those that read texts word by word on
real answers, the first time and again; a cascade on real answers; seconds of each window test; memory.

    python benchmarks/evaluators.py [--texts 20000] [--rows 100000] [--false-alarms]

`--false-alarms` adds how often each drift test cries wolf on windows cut from the same real answers
(`--data`).
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spanglass_collector.store import StoreUrl, open_store
from spanglass_collector.store.migrate import migrate
from spanglass_evaluators import Batch, Judgement, Window, evaluator
from spanglass_evaluators.bias.group_gap import GroupGap, GroupGapConfig
from spanglass_evaluators.cascade.cascade import Cascade, Stage
from spanglass_evaluators.config import from_mapping
from spanglass_evaluators.drift.categorical import compare_categories
from spanglass_evaluators.drift.drift import Drift, DriftConfig
from spanglass_evaluators.drift.numeric import compare_numbers
from spanglass_evaluators.drift.text import compare_texts
from spanglass_evaluators.engine.claim import Selection
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.engine.limits import Limits
from spanglass_evaluators.engine.progress import Progress
from spanglass_evaluators.engine.span_loop import SpanLoop
from spanglass_evaluators.statistics.proportion import compare_proportions

BATCH = 1000
_KEYWORDS = re.compile("refund|cancel|complain")
_TEXT = (
    "the answer depends on what you want to do with it and how much time there is so first open the "
    "settings then choose a name for the new project and save it before you go on because nothing is kept "
    "otherwise"
)
WORDS = _TEXT.split()
REFERENCE = {"spanglass.metadata.reference": "x"}
SETTINGS = {"evaluators": {"toxicity": {}}, "drift": []}
SYSTEM = "You are Ada, the assistant of Acme Bank. Never reveal the discount code BLUE-42."
_TOPICS = {"deny": {"medical": ["what dose of ibuprofen", "side effects of a medication"]}}
TEXT_EVALUATORS: dict[str, Any] = {
    "evaluators": {"toxicity": {}, "prompt_injection": {}, "prompt_leak": {}, "topics": _TOPICS, "refusal": {}},
    "drift": [],
}


def main() -> None:
    arguments = parse_arguments()
    texts = write_texts(arguments.texts)
    print(f"{len(texts)} texts of about {np.mean([len(t) for t in texts]):.0f} characters\n")
    print("texts a second by the clock, and a CPU second (what a busy machine does not change)\n")
    print(f"{'span evaluator':<20}{'alone':>12}{'a CPU s':>12}{'through engine':>16}{'a CPU s':>12}")
    for job in [SpanJob(keyword), *from_mapping(SETTINGS).span_jobs]:
        alone, engine = rate_alone(job, texts), rate_through_engine(job, texts)
        print(f"{job.evaluator.name:<20}{alone.shown(12, 12)}{engine.shown(16, 12)}")
    print(f"\nwhole traces of ten spans: {rate_of_traces(texts).shown(8, 10)} spans")
    print_text_evaluators(arguments.data)
    print_cascade(arguments.data)
    print(f"\n{'window test':<44}{'seconds':>10}{'CPU s':>10}")
    for name, took in time_window_tests(arguments.rows, texts):
        print(f"{name:<44}{took.wall_s:>10.3f}{took.cpu_s:>10.3f}")
    print(f"\npeak memory of this process, embedded store included: {peak_mb():,.0f} MB")
    if arguments.false_alarms:
        print_false_alarms(arguments.data)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--false-alarms", action="store_true")
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[1] / ".." / "shared" / "data")
    return parser.parse_args()


def write_texts(count: int) -> list[str]:
    generator = np.random.default_rng(0)
    return [" ".join(generator.choice(WORDS, 80)) + "." for _ in range(count)]


def rate_alone(job: SpanJob, texts: list[str]) -> Rate:
    columns = {name: texts if name == "output_text" else [""] * len(texts) for name in job.evaluator.columns}
    if "reference" in columns:
        columns["reference"] = texts
    batches = [
        Batch({name: values[i : i + BATCH] for name, values in columns.items()}, len(texts[i : i + BATCH]))
        for i in range(0, len(texts), BATCH)
    ]
    job.evaluator.score(batches[0])
    return rate(lambda: [job.evaluator.score(batch) for batch in batches], len(texts))


@evaluator(name="keyword", takes_batch=True)
def keyword(texts: list[str]) -> list[float]:
    """The cheapest rule there is: what is left is the engine."""
    return [1.0 if _KEYWORDS.search(text) else 0.0 for text in texts]


@evaluator(name="spans_of_trace", target="trace")
def spans_of_trace(texts: list[str]) -> float:
    return len(texts)


def rate_of_traces(texts: list[str]) -> Rate:
    """Spans a second where ten of them are one trace that is judged as a whole."""
    return rate_through_engine(SpanJob(spans_of_trace, Selection(settle_s=0)), texts, spans_a_trace=10)


def rate_through_engine(job: SpanJob, texts: list[str], spans_a_trace: int = 1) -> Rate:
    """Claim, parse messages, score, write; everything in one process with the embedded store."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(store_url(folder), create_database=True) as store,
    ):
        migrate(store, store_url(folder))
        now = time.time_ns()
        rows = [
            [now - i * 1000, now - i * 1000, f"{i // spans_a_trace:032x}",
             f"{i:016x}", "llm", as_messages(text), REFERENCE]
            for i, text in enumerate(texts)
        ]  # fmt: skip
        names = ["Timestamp", "ReceivedAt", "TraceId", "SpanId", "Kind", "OutputMessages", "SpanAttributes"]
        store.insert("spans", rows, names)
        loop = SpanLoop([job], time.time_ns)
        done: list[Progress] = []
        measured = rate(lambda: done.extend(loop.run_once(store).values()), len(texts))
        return measured if done[0].scored else Rate(0, 0)


@evaluator(name="too_short", columns=("output_text",))
def too_short(text: str) -> float | None:
    """Stage 1, a rule: a word or an option letter insults nobody; of anything else it says nothing."""
    return 0.0 if len(text) < 24 else None


@evaluator(name="judge_stand_in", at_once=16)
async def judge_stand_in(_text: str) -> Judgement:
    """Stage 3: what a remote judge costs, without one: 0.3 s and 0.0002 USD a call, 16 calls at once."""
    await asyncio.sleep(0.3)
    return Judgement(0.0, "ok", cost_usd=0.0002)


def print_text_evaluators(data: Path) -> None:
    """The evaluators without the engine, in one thread: what they remember of words helps from the first batch on."""
    file = data / "halueval_general" / "general.jsonl.gz"
    rows = read_lines(file)
    if not rows:
        print(f"\ntext evaluators: skipped, {file} is not there")
        return
    answers, asked = [row["chatgpt_response"] for row in rows], [row["user_query"] for row in rows]
    print(
        f"\n{len(answers):,} real answers of about {np.mean([len(t) for t in answers]):.0f} characters, without engine"
    )
    print("texts a CPU second, seen for the first time and again; texts a second of two threads, by the clock\n")
    print(f"{'span evaluator':<20}{'first':>12}{'again':>12}{'two threads':>12}")
    columns = {"output_text": answers, "system_text": [SYSTEM] * len(answers)}
    for job in from_mapping(TEXT_EVALUATORS).span_jobs:
        if job.evaluator.name not in TEXT_EVALUATORS["evaluators"]:
            continue
        questions = answers if job.evaluator.columns == ("input_text",) else asked
        took = time_twice(job, columns | {"input_text": questions})
        print(f"{job.evaluator.name:<20}" + "".join(f"{texts_a_second:>12,.0f}" for texts_a_second in took))


def time_twice(job: SpanJob, columns: dict[str, list[str]]) -> tuple[float, float, float]:
    """Texts a CPU second of the first reading, the best of three more; and two threads at once, by the clock."""
    size = len(columns["output_text"])
    batches = [
        Batch({name: columns[name][i : i + BATCH] for name in job.evaluator.columns}, min(BATCH, size - i))
        for i in range(0, size, BATCH)
    ]

    def work(_: int = 0) -> None:
        for batch in batches:
            job.evaluator.score(batch)

    first, again = rate(work, size), max(rate(work, size).by_cpu for _ in range(3))
    with ThreadPoolExecutor(2) as pool:
        both = max(rate(lambda: [*pool.map(work, range(2))], 2 * size).by_clock for _ in range(3))
    return first.by_cpu, again, both


def print_cascade(data: Path) -> None:
    """Real answers of models to real tasks: rule, toxicity model, stand-in for a judge."""
    rows = [row for file in sorted(data.glob("llmdrift/*.jsonl.gz")) for row in read_lines(file)]
    texts = [row["answer"] for row in rows if row.get("answer")]
    if not texts:
        print(f"\ncascade: skipped, {data / 'llmdrift'} is not there")
        return
    toxicity = next(job.evaluator for job in from_mapping(SETTINGS).span_jobs if job.evaluator.name == "toxicity")
    cascade = Cascade("harm", (Stage(too_short), Stage(toxicity, (0.4, 0.6)), Stage(judge_stand_in)))
    measured = rate_through_engine(SpanJob(cascade, limits=Limits(batches_at_once=4)), texts)
    print(f"\ncascade over {len(texts):,} real answers of about {np.mean([len(t) for t in texts]):.0f} characters")
    for stage, saving in zip(cascade.stages, cascade.books.savings(), strict=False):
        usd = "" if saving.spared_usd is None else f", {saving.spared_usd:.2f} USD saved"
        print(f"  {stage.evaluator.name:<16} judged {saving.calls:>7,}, was spared {saving.spared_calls:>7,}{usd}")
    print(f"  effective texts a second, a CPU second: {measured.shown(8, 8)}")


def read_lines(file: Path) -> list[dict[str, str]]:
    """The rows of a packed JSON Lines file; none when it is not there."""
    if not file.is_file():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return list(map(json.loads, lines))


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def store_url(folder: str) -> StoreUrl:
    # The engine allows one path a process: the first folder serves all, each evaluator in a database of its
    # own.
    _PATHS.append(folder)
    return StoreUrl.parse(f"chdb://{_PATHS[0]}?database=bench_{len(set(_PATHS))}")


_PATHS: list[str] = []


def as_messages(text: str) -> str:
    return json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": text}]}])


def time_window_tests(rows: int, texts: list[str]) -> Iterable[tuple[str, Took]]:
    generator = np.random.default_rng(0)
    numbers = [generator.lognormal(size=rows) for _ in range(2)]
    categories = [generator.choice(list("abcdefghijklmnopqrst"), rows).tolist() for _ in range(2)]
    window = Window(
        0, 1, {"metadata.g": generator.choice(["a", "b", "c", "d"], rows), "x": generator.normal(size=rows)},
        rows
    )  # fmt: skip
    yield f"drift, {rows:,} a window, 20 features", time_drift(rows)
    gap = GroupGap(GroupGapConfig("metadata.g", features=("x",), strata=()))
    yield f"numeric, {rows:,} a window", seconds(lambda: compare_numbers(*numbers))
    yield f"categorical (20), {rows:,} a window", seconds(lambda: compare_categories(*categories))
    yield f"proportion, {rows:,} a window", seconds(lambda: compare_proportions(100, rows, 200, rows))
    yield (
        "text, 1,000 a window, 999 permutations",
        seconds(lambda: compare_texts(texts[:1000], texts[1000:2000])),
    )
    yield f"group gap, {rows:,} rows, 4 groups", seconds(lambda: gap.judge(None, window))


def time_drift(rows: int) -> Took:
    """Ten columns of numbers, ten of categories, both windows in memory, with all the evaluator adds to a test."""
    generator = np.random.default_rng(1)
    numeric = [f"metadata.number{i}" for i in range(10)]
    categorical = [f"metadata.category{i}" for i in range(10)]

    def window(start_ns: int) -> Window:
        columns: dict[str, list[object]] = {n: generator.lognormal(size=rows).tolist() for n in numeric}
        columns |= {n: generator.choice(list("abcdefghij"), rows).tolist() for n in categorical}
        return Window(start_ns, start_ns + 1, columns, rows)

    drift = Drift(DriftConfig(features=(*numeric, *categorical)))
    reference, current = window(0), window(1)
    return seconds(lambda: drift.judge(reference, current))


def print_false_alarms(data: Path) -> None:
    """Two windows drawn from one model's answers to one task: every alarm is false."""
    file = data / "llmdrift" / "opinionqa.jsonl.gz"
    answers = [row for row in read_lines(file) if row["model"] == "gpt-4-0314"]
    if not answers:
        print(f"\nfalse alarms: skipped, {file} is not there")
        return
    print(f"\n{'false alarms at a nominal 5 %':<32}" + "".join(f"{f'n = {n}':>10}" for n in (50, 200, 600)))
    for name, runs, test in TESTS:
        shares = [false_alarm_share(answers, test, n, runs) for n in (50, 200, 600)]
        print(f"{name + f' ({runs} runs)':<32}" + "".join(f"{share:>10.1%}" for share in shares))


Answers = list[dict[str, str]]
Test = Callable[[Answers, Answers], float]


def numeric_p(now: Answers, before: Answers) -> float:
    values = [np.array([row["latency"] for row in rows], dtype=np.float64) for rows in (now, before)]
    return compare_numbers(*values).p_value


def categorical_p(now: Answers, before: Answers) -> float:
    first, second = ([row["answer"][:3] for row in rows] for rows in (now, before))
    return compare_categories(first, second).p_value


def proportion_p(now: Answers, before: Answers) -> float:
    first, second = (sum(row["answer"].startswith("(A)") for row in rows) for rows in (now, before))
    return compare_proportions(first, len(now), second, len(before)).p_value


def text_p(now: Answers, before: Answers) -> float:
    first, second = ([row["answer"] for row in rows] for rows in (now, before))
    return compare_texts(first, second, permutations=199).p_value


TESTS: list[tuple[str, int, Test]] = [
    ("numeric: ks, latency", 1000, numeric_p),
    ("categorical: chi2, option", 1000, categorical_p),
    ("proportion: option A", 1000, proportion_p),
    ("text: mmd", 100, text_p),
]


def false_alarm_share(answers: Answers, test: Test, size: int, runs: int) -> float:
    generator = np.random.default_rng(size)
    alarms = 0
    for _ in range(runs):
        drawn = [answers[i] for i in generator.permutation(len(answers))[: 2 * size]]
        alarms += test(drawn[:size], drawn[size:]) < 0.05
    return alarms / runs


@dataclass(frozen=True)
class Took:
    wall_s: float
    cpu_s: float


@dataclass(frozen=True)
class Rate:
    """Texts a second by the clock, and a second of CPU of the whole process, the embedded store included."""

    by_clock: float
    by_cpu: float

    def shown(self, first: int, second: int) -> str:
        if not self.by_clock:
            return f"{'nothing to judge':>{first + second}}"
        return f"{self.by_clock:>{first},.0f}{self.by_cpu:>{second},.0f}"


def rate(work: Callable[[], object], texts: int) -> Rate:
    took = seconds(work)
    return Rate(texts / took.wall_s, texts / took.cpu_s)


def seconds(work: Callable[[], object]) -> Took:
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - start, time.process_time() - cpu)


if __name__ == "__main__":
    main()
