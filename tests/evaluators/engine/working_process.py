"""Run by test_workers.py: one of several workers that score a project's spans until they are told to stop."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from spanglass_evaluators import evaluator
from spanglass_evaluators.config import EngineConfig, EvaluationConfig
from spanglass_evaluators.engine.claim import Selection
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.process import run


@evaluator(name="shared-work", takes_batch=True)
def shared_work(texts: Sequence[str]) -> list[int]:
    time.sleep(0.02)
    return [len(text) for text in texts]


def main(url: str, project: str) -> None:
    selection = Selection(where=f"Project = '{project}'", batch_rows=5)
    engine = EngineConfig(interval_s=0.1, beat_s=0.3, lease_s=1.5)
    run(
        url,
        EvaluationConfig(engine, span_jobs=(SpanJob(shared_work, selection),)),
        once=False,
        on_progress=lambda progress: print(progress.scored, flush=True),
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
