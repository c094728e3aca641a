"""What dialects cost at ingest: all of them on, beside OpenTelemetry's alone, by direct inserts into the engine.

No HTTP and no Python but the blocks' own: an insert of one span tells the fixed cost (the view is analysed anew every
time), one of many the cost of a span. Both stores are in one process and take turns, so that what else the machine does
hits them alike; the smallest of several CPU times is taken.

    python benchmarks/dialect_cost.py [--spans 10240] [--repeats 7]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.ingest import Template, make_request
from spanglass_collector.admit.request import admit_protobuf
from spanglass_collector.commit.block import Block
from spanglass_collector.store import ClickHouseStore, StoreUrl, open_store
from spanglass_collector.store.aliases import Dialects
from spanglass_collector.store.migrate import migrate
from spanglass_collector.store.otlp import TRACES

SPANS_A_REQUEST = 512
OTEL = ("otel", "spanglass")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=20 * SPANS_A_REQUEST, help="spans of a large insert")
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spanglass-dialects-") as folder:
        everything = _store(folder, "everything")
        alone = _only_otel(folder)
        requests = [Template(make_request(random.Random(1), n)) for n in (1, SPANS_A_REQUEST)]
        ids = np.random.default_rng(1)
        ways = {"all dialects": (everything, False), "OpenTelemetry alone": (alone, False)}
        ways["all dialects, rebuilt (foreign keys)"] = (everything, True)
        costs = {name: [[], []] for name in ways}
        for _ in range(options.repeats):
            for name, (store, is_foreign) in ways.items():
                costs[name][0].append(_cpu(store, requests[0], 1, ids, is_foreign=is_foreign))
                costs[name][1].append(
                    _cpu(store, requests[1], options.spans // SPANS_A_REQUEST, ids, is_foreign=is_foreign)
                )
        _show({name: (min(one), min(many)) for name, (one, many) in costs.items()}, options.spans)


def _store(folder: str, database: str) -> ClickHouseStore:
    url = StoreUrl.parse(f"chdb://{folder}/store?database={database}")
    store = open_store(url, create_database=True)
    migrate(store, url)
    return store


def _only_otel(folder: str) -> ClickHouseStore:
    """The same schema, its views made as if the tables had OpenTelemetry's current rows alone."""
    whole = Dialects.load

    def load() -> Dialects:
        known = whole()
        # A field needs one alias at least, and what is rebuilt has names of its own.
        first = dict(reversed(known.fields))
        kept = [
            (field, alias)
            for field, alias in known.fields
            if _dialect(field, alias) in OTEL or alias == first[field] or alias.startswith("~")
        ]
        names = ("kinds", "providers", "indexed", "single", "reshaped", "parts", "members", "roles", "finish_reasons")
        return Dialects(fields=tuple(kept), **{name: getattr(known, name) for name in names})

    Dialects.load = load  # type: ignore[method-assign]
    try:
        return _store(folder, "otel_alone")
    finally:
        Dialects.load = whole  # type: ignore[method-assign]


def _dialect(field: str, alias: str) -> str:
    from spanglass_collector.store.aliases import rows

    return next(row["dialect"] for row in rows("fields.csv") if row["field"] == field and row["alias"] == alias)


def _cpu(store: ClickHouseStore, template: Template, n: int, ids: np.random.Generator, *, is_foreign: bool) -> float:
    admitted = [admit_protobuf(template.fresh(ids), "default", time.time_ns()) for _ in range(n)]
    block = _Foreign(admitted) if is_foreign else Block(admitted)
    started = time.process_time()
    block.insert_into(store)
    return time.process_time() - started


class _Foreign(Block):
    """Takes the long way, as requests do that carry keys to rebuild."""

    def _inbox(self):  # type: ignore[no-untyped-def]
        return TRACES


def _show(costs: dict[str, tuple[float, float]], spans: int) -> None:
    table = Table(title=f"CPU of inserts of {spans:,} OpenTelemetry spans", title_justify="left")
    for heading in ("views", "fixed, ms an insert", "us a span", "of OpenTelemetry alone"):
        table.add_column(heading, justify="left" if heading == "views" else "right")
    reference = costs["OpenTelemetry alone"][1]
    for name, (one, many) in costs.items():
        table.add_row(name, f"{one * 1e3:.0f}", f"{(many - one) / spans * 1e6:.1f}", f"{reference / many:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
