"""What it costs to join content events to their spans at volume, beside storing the same content on the spans.

One process and one store, no HTTP. Every call has a question and an answer of some 1.4 kB; in one half the span carries
them, in the other two log records do. The join is the collector's own (`store/content.py`): it writes spans again.

    python benchmarks/content_join.py [--spans 20000]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from spanglass_collector.admit.logs import LOGS
from spanglass_collector.admit.request import admit_protobuf
from spanglass_collector.admit.traces import TRACES
from spanglass_collector.commit.block import Block
from spanglass_collector.store import StoreUrl, open_store
from spanglass_collector.store.content import join_content
from spanglass_collector.store.migrate import migrate
from tests.otlp_samples import make_request, make_span
from tests.signals.samples import logs_request, make_record

A_REQUEST = 500
TEXT = "What the customer asked, and what was answered to it, at some length. " * 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spans", type=int, default=20_000)
    spans = parser.parse_args().spans
    with tempfile.TemporaryDirectory(prefix="spanglass-content-") as folder:
        url = StoreUrl.parse(f"chdb://{folder}/store?database=content")
        with open_store(url, create_database=True) as store:
            migrate(store, url)
            on_spans = sum(_put(store, TRACES, [make_request(_calls(told=True))]) for _ in range(spans // A_REQUEST))
            apart = joined = 0.0
            for _ in range(spans // A_REQUEST):
                calls = _calls(told=False)
                apart += _put(store, TRACES, [make_request(calls)]) + _put(store, LOGS, [logs_request(*_events(calls))])
            began = time.process_time()
            while join_content(store):
                pass
            joined = time.process_time() - began
            waiting = _idle(store)
            (whole,) = store.query("SELECT countIf(InputMessages != '') FROM spans FINAL").result_rows[0]
    print(f"{spans} calls each way, {whole} of {2 * spans} with their content at the end; CPU microseconds a call")
    for what, seconds in (("content on the span", on_spans), ("span and two events", apart), ("joined", joined)):
        print(f"{what:22} {seconds / spans * 1e6:8.1f}")
    print(f"a look when nothing waits: {waiting * 1e3:.0f} ms")


def _idle(store: Any) -> float:
    began = time.process_time()
    join_content(store)
    return time.process_time() - began


def _calls(*, told: bool) -> list[Any]:
    said = {"gen_ai.input.messages": _messages("user"), "gen_ai.output.messages": _messages("assistant")}
    base = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 7}
    return [make_span({**base, **(said if told else {})}) for _ in range(A_REQUEST)]


def _messages(role: str) -> str:
    return f'[{{"role":"{role}","parts":[{{"type":"text","content":"{TEXT}"}}]}}]'


def _events(calls: list[Any]) -> list[Any]:
    bodies = {
        "gen_ai.user.message": {"content": TEXT},
        "gen_ai.choice": {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": TEXT}},
    }
    return [
        make_record(
            name, body=body, trace_id=call.trace_id, span_id=call.span_id, time_unix_nano=call.start_time_unix_nano
        )
        for call in calls
        for name, body in bodies.items()
    ]


def _put(store: Any, signal: Any, requests: list[Any]) -> float:
    blocks = [Block([admit_protobuf(each.SerializeToString(), "default", time.time_ns(), signal)]) for each in requests]
    began = time.process_time()
    for block in blocks:
        block.insert_into(store)
    return time.process_time() - began


if __name__ == "__main__":
    main()
