"""Run by test_kill.py in a process of its own: scores with an evaluator that is slow enough to be killed."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from spanglass_collector.store import StoreUrl, open_store
from spanglass_collector.store.migrate import migrate
from spanglass_evaluators import evaluator
from spanglass_evaluators.config import EvaluationConfig
from spanglass_evaluators.engine.claim import Selection
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.engine.progress import Progress
from spanglass_evaluators.process import run

SPANS = 400


@evaluator(name="slow", takes_batch=True)
def slow(texts: Sequence[str]) -> list[int]:
    time.sleep(0.02)
    return [len(text) for text in texts]


def tell(progress: Progress) -> None:
    print(progress.scored, flush=True)


def prepare(url: StoreUrl) -> None:
    with open_store(url, create_database=True) as store:
        migrate(store, url)
        now = time.time_ns()
        rows = [[now - i * 10**6, now - i * 10**6, f"{i:032x}", f"{i:016x}", "llm", "text"] for i in range(SPANS)]
        store.insert("spans", rows, ["Timestamp", "ReceivedAt", "TraceId", "SpanId", "Kind", "OutputMessages"])


def count(url: StoreUrl) -> None:
    with open_store(url) as store:
        sql = "SELECT count(), uniq(TraceId), (SELECT count() FROM scores SETTINGS final = 0) FROM scores"
        print(*store.query(sql).result_rows[0])


def main(step: str, url: StoreUrl) -> None:
    config = EvaluationConfig(span_jobs=(SpanJob(slow, Selection(batch_rows=10)),))
    if step == "prepare":
        prepare(url)
    elif step == "count":
        count(url)
    else:
        run(url, config, once=step == "once", on_progress=tell)


if __name__ == "__main__":
    main(sys.argv[1], StoreUrl.parse(sys.argv[2]))
