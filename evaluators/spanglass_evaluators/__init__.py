"""Evaluators: judge spans and windows of spans, and write scores.

Reading order: contract.py (what an evaluator is), engine/ (claim, score, write), cascade/, then any family: quality/,
toxicity/, bias/, drift/. `registry.py` lists the evaluators, `config.py` reads the settings, `process.py` is
the process.
"""

from spanglass_evaluators.contract import (
    Batch,
    Failure,
    Judgement,
    SpanEvaluator,
    Window,
    WindowEvaluator,
    WindowJudgement,
)
from spanglass_evaluators.functions import evaluator

__all__ = [
    "Batch",
    "Failure",
    "Judgement",
    "SpanEvaluator",
    "Window",
    "WindowEvaluator",
    "WindowJudgement",
    "evaluator",
]
