"""Spans of one trace as a tree, laid out flat: depth first, each with its depth. Pure.

Flat, because traces of agents can be thousands deep and JSON readers give up at a few hundred levels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

Row = dict[str, Any]


def depth_first(spans: Sequence[Row]) -> list[Row]:
    """`spans` in order of time; each gets `depth` and `children` (ids).

    A span whose parent is not there is a root. In a circle of parents (broken senders) the earliest is the root.
    """
    ids = {span["span_id"] for span in spans}
    children: dict[str, list[Row]] = defaultdict(list)
    roots: list[Row] = []
    for span in spans:
        parent = span["parent_span_id"]
        (children[parent] if parent in ids and parent != span["span_id"] else roots).append(span)
    laid_out: dict[str, Row] = {}
    for root in [*roots, *spans]:
        _lay_out(root, children, laid_out)
    return list(laid_out.values())


def _lay_out(root: Row, children: dict[str, list[Row]], laid_out: dict[str, Row]) -> None:
    waiting = [(root, 0)]
    while waiting:
        span, depth = waiting.pop()
        if span["span_id"] in laid_out:
            continue
        below = [child for child in children[span["span_id"]] if child["span_id"] not in laid_out]
        laid_out[span["span_id"]] = {**span, "depth": depth, "children": [child["span_id"] for child in below]}
        waiting += [(child, depth + 1) for child in reversed(below)]
