"""Judges the items of a dataset version: what a model is trained on, or measured by, before any traffic is.

An item is a conversation whose last message is the wanted answer. It is judged as a span with those messages would
be; evaluators that ask for what only a span has are left out, and told; so are items without the reference one needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from spanglass_collector.store import Store
from spanglass_evaluators.columns import METADATA_PREFIX, derive, sources_of
from spanglass_evaluators.contract import Batch, Failure, SpanEvaluator, target_of
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.engine.progress import OnProgress, Progress, ignore_progress
from spanglass_evaluators.engine.rows import write_scores
from spanglass_evaluators.engine.scoring_threads import ScoringThreads
from spanglass_evaluators.engine.target import Target

_ITEMS = """
SELECT Project, ItemId, TraceId, SpanId, Messages, Metadata, toUnixTimestamp64Nano(toDateTime64(AddedAt, 9))
FROM dataset_items WHERE Project = {project:String} AND DatasetDigest = {digest:String} AND ItemId > {after:String}
ORDER BY ItemId LIMIT {rows:UInt64}
"""
_KNOWN = frozenset({"InputMessages", "OutputMessages", "Input", "Output", "reference"})


def score_items(
    store: Store, job: SpanJob, project: str, digest: str, now_ns: int, on_progress: OnProgress = ignore_progress
) -> Progress:
    """All items of the version with this digest, again to the same rows. Raises StoreError."""
    name = job.evaluator.name
    if not fits(job.evaluator):
        return Progress(name, error=f"it judges what an item has not: {', '.join(job.evaluator.columns)}")
    threads, progress = ScoringThreads(job.evaluator, job.limits), Progress(name)
    for read in _reads(store, project, digest, job.selection.batch_rows):
        rows = [row for row in read if _is_for(job.evaluator, row[5])]
        if not rows:
            continue
        results = threads.collect(threads.submit(_batch(job.evaluator, rows)))
        targets = [Target(row[0], row[6], row[2], row[3], "", "dataset_item", item_id=row[1]) for row in rows]
        write_scores(store, job.evaluator, zip(targets, results, strict=True), now_ns=now_ns)
        failed = sum(isinstance(result, Failure) for result in results)
        progress = Progress(name, progress.scored + len(rows) - failed, progress.failed + failed)
        on_progress(progress)
    threads.rest()
    return progress


def fits(evaluator: SpanEvaluator) -> bool:
    """Whether an item has all that the evaluator asks for."""
    sources = sources_of(evaluator.columns)
    return target_of(evaluator) == "span" and all(s in _KNOWN or s.startswith(METADATA_PREFIX) for s in sources)


def _is_for(evaluator: SpanEvaluator, metadata: Mapping[str, str]) -> bool:
    """Its `where` is SQL over spans; of what it may ask for, an item can lack the reference."""
    return bool(metadata.get("reference")) or "metadata.reference" not in evaluator.where


def _reads(store: Store, project: str, digest: str, rows: int) -> Iterator[Sequence[Sequence[Any]]]:
    after = ""
    while True:
        found = store.query(_ITEMS, {"project": project, "digest": digest, "after": after, "rows": rows}).result_rows
        if not found:
            return
        yield found
        after = found[-1][1]


def _batch(evaluator: SpanEvaluator, rows: Sequence[Sequence[Any]]) -> Batch:
    items = [_as_span(orjson.loads(row[4]), row[5]) for row in rows]
    read = {source: [_value(item, source) for item in items] for source in sources_of(evaluator.columns)}
    return Batch(derive(evaluator.columns, read), len(rows))


def _as_span(messages: Sequence[Mapping[str, Any]], metadata: Mapping[str, str]) -> dict[str, str]:
    is_answered = bool(messages) and messages[-1].get("role") == "assistant"
    asked, said = (messages[:-1], messages[-1:]) if is_answered else (messages, [])
    own = {METADATA_PREFIX + key: value for key, value in metadata.items()}
    return own | {"InputMessages": orjson.dumps(asked).decode(), "OutputMessages": orjson.dumps(said).decode()}


def _value(item: Mapping[str, str], source: str) -> str:
    return item.get(METADATA_PREFIX + "reference" if source == "reference" else source, "")
