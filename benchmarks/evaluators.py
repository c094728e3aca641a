"""How fast the evaluators are: texts a second, alone and through the engine; seconds of each window test.

    python benchmarks/evaluators.py [--texts 20000] [--rows 100000] [--false-alarms]

`--false-alarms` adds how often each drift test cries wolf on windows cut from the same real answers
(`--data`).
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from spanglass_collector.store import StoreUrl, open_store
from spanglass_collector.store.migrate import migrate
from spanglass_evaluators import Batch, Window
from spanglass_evaluators.bias.group_gap import GroupGap, GroupGapConfig
from spanglass_evaluators.config import from_mapping
from spanglass_evaluators.drift.categorical import compare_categories
from spanglass_evaluators.drift.numeric import compare_numbers
from spanglass_evaluators.drift.text import compare_texts
from spanglass_evaluators.engine.span_loop import SpanJob, SpanLoop
from spanglass_evaluators.statistics.proportion import compare_proportions

BATCH = 1000
WORDS = [
    "the",
    "answer",
    "depends",
    "on",
    "what",
    "you",
    "want",
    "to",
    "do",
    "with",
    "it",
    "and",
    "how",
    "much",
    "time",
    "there",
    "is",
    "so",
    "first",
    "open",
    "the",
    "settings",
    "then",
    "choose",
    "a",
    "name",
    "for",
    "the",
    "new",
    "project",
    "and",
    "save",
    "it",
    "before",
    "you",
    "go",
    "on",
    "because",
    "nothing",
    "is",
    "kept",
    "otherwise",
]
REFERENCE = {"spanglass.metadata.reference": "x"}
SETTINGS = {"evaluators": {"toxicity": {}}, "drift": []}


def main() -> None:
    arguments = parse_arguments()
    texts = write_texts(arguments.texts)
    print(f"{len(texts)} texts of about {np.mean([len(t) for t in texts]):.0f} characters\n")
    print(f"{'span evaluator':<20}{'texts/s alone':>15}{'through engine':>16}{'ratio':>8}")
    for job in from_mapping(SETTINGS).span_jobs:
        alone, engine = rate_alone(job, texts), rate_through_engine(job, texts)
        print(f"{job.evaluator.name:<20}{alone:>15,.0f}{engine:>16,.0f}{engine / alone:>8.2f}")
    print(f"\n{'window test':<44}{'seconds':>10}")
    for name, seconds in time_window_tests(arguments.rows, texts):
        print(f"{name:<44}{seconds:>10.3f}")
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


def rate_alone(job: SpanJob, texts: list[str]) -> float:
    columns = {name: texts if name == "output_text" else [""] * len(texts) for name in job.evaluator.columns}
    if "reference" in columns:
        columns["reference"] = texts
    batches = [
        Batch({name: values[i : i + BATCH] for name, values in columns.items()}, len(texts[i : i + BATCH]))
        for i in range(0, len(texts), BATCH)
    ]
    job.evaluator.score(batches[0])
    return len(texts) / seconds(lambda: [job.evaluator.score(batch) for batch in batches])


def rate_through_engine(job: SpanJob, texts: list[str]) -> float:
    """Claim, parse messages, score, write; everything in one process with the embedded store."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(store_url(folder), create_database=True) as store,
    ):
        migrate(store, store_url(folder))
        now = time.time_ns()
        rows = [
            [now - i * 1000, now - i * 1000, f"{i:032x}", f"{i:016x}", "llm", as_messages(text), REFERENCE]
            for i, text in enumerate(texts)
        ]  # fmt: skip
        names = ["Timestamp", "ReceivedAt", "TraceId", "SpanId", "Kind", "OutputMessages", "SpanAttributes"]
        store.insert("spans", rows, names)
        loop = SpanLoop([job], time.time_ns)
        return len(texts) / seconds(lambda: loop.run_once(store))


def store_url(folder: str) -> StoreUrl:
    # The engine allows one path a process: the first folder serves all, each evaluator in a database of its
    # own.
    _PATHS.append(folder)
    return StoreUrl.parse(f"chdb://{_PATHS[0]}?database=bench_{len(set(_PATHS))}")


_PATHS: list[str] = []


def as_messages(text: str) -> str:
    return json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": text}]}])


def time_window_tests(rows: int, texts: list[str]) -> Iterable[tuple[str, float]]:
    generator = np.random.default_rng(0)
    numbers = [generator.lognormal(size=rows) for _ in range(2)]
    categories = [generator.choice(list("abcdefghijklmnopqrst"), rows).tolist() for _ in range(2)]
    window = Window(
        0, 1, {"metadata.g": generator.choice(["a", "b", "c", "d"], rows), "x": generator.normal(size=rows)},
        rows
    )  # fmt: skip
    gap = GroupGap(GroupGapConfig("metadata.g", features=("x",)))
    yield f"numeric, {rows:,} a window", seconds(lambda: compare_numbers(*numbers))
    yield f"categorical (20), {rows:,} a window", seconds(lambda: compare_categories(*categories))
    yield f"proportion, {rows:,} a window", seconds(lambda: compare_proportions(100, rows, 200, rows))
    yield (
        "text, 1,000 a window, 999 permutations",
        seconds(lambda: compare_texts(texts[:1000], texts[1000:2000])),
    )
    yield f"group gap, {rows:,} rows, 4 groups", seconds(lambda: gap.judge(None, window))


def print_false_alarms(data: Path) -> None:
    """Two windows drawn from one model's answers to one task: every alarm is false."""
    file = data / "llmdrift" / "opinionqa.jsonl.gz"
    if not file.is_file():
        print(f"\nfalse alarms: skipped, {file} is not there")
        return
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        answers = [row for row in map(json.loads, lines) if row["model"] == "gpt-4-0314"]
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


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
