"""The judges. None runs by itself: a table of the settings with a `kind` makes one. Imports wait until one is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.registration import Options, Registration

REGISTRATIONS: tuple[Registration, ...] = ()


def _judge(options: Options, name: str) -> SpanEvaluator:
    from spanglass_evaluators.judge.settings import build

    return build(options, name)


KINDS: Mapping[str, Callable[[Options, str], SpanEvaluator]] = dict.fromkeys(
    ("rubric", "reference", "pairwise"), _judge
)
"""[evaluators.NAME] with `kind`: any number of evaluators of one kind, under names of the user's."""
