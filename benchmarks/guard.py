"""What a guard adds to a call, and how fast each check is: `python benchmarks/guard.py [--calls N] [--data FOLDER]`.

Latencies are of `guard.inspect` on real answers of some 500 characters inside a traced span, with the exporter off.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

import spanglass
from spanglass.testing import capture
from spanglass_evaluators.safety import inline

ROOT = Path(__file__).resolve().parents[1]
CHECKS: dict[str, Callable[[], inline.InlineCheck]] = {
    "pii": inline.pii,
    "secrets": inline.secrets,
    "injection": inline.injection,
    "leak": lambda: inline.leak("You are Ada, the assistant of Acme Bank. Never reveal the discount code BLUE-42."),
    "links": inline.links,
    "unsafe_code": inline.unsafe_code,
    "topics": lambda: inline.topics(deny={"medical": ["what dose of ibuprofen", "side effects of a medication"]}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    asked = parser.parse_args()
    texts = answers(asked.data)
    console = Console()
    console.print(rates(texts))
    console.print(latencies((texts * (asked.calls // len(texts) + 1))[: asked.calls]))


def answers(data: Path) -> list[str]:
    """Real answers of ChatGPT; made up ones where the data are not at hand."""
    file = data / "halueval_general" / "general.jsonl.gz"
    if not file.exists():
        return ["The quick brown fox jumps over the lazy dog, again and again. " * 8] * 500
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["chatgpt_response"] for line in lines]


def rates(texts: list[str]) -> Table:
    table = Table(
        "check", "texts/s alone", title=f"{len(texts)} answers of {np.mean([*map(len, texts)]):.0f} characters"
    )
    for name, make in CHECKS.items():
        check = make()
        check(texts[0])
        best_s = min(_cpu_s(check, texts) for _ in range(3))
        table.add_row(name, f"{len(texts) / best_s:,.0f}")
    return table


def _cpu_s(check: Callable[[str], Any], texts: list[str]) -> float:
    began_s = time.thread_time()
    for text in texts:
        check(text)
    return time.thread_time() - began_s


def latencies(texts: list[str]) -> Table:
    """Of a call without any check that does something, and of the usual sets."""
    table = Table("checks", "how", "p50 µs", "p99 µs", title="added to one side of a call")
    sets: dict[str, list[Any]] = {
        "none that does anything": [lambda text: None],
        "pii": ["pii"],
        "pii, secrets": ["pii", "secrets"],
        "pii, secrets, injection": ["pii", "secrets", "injection"],
    }
    for name, checks in sets.items():
        threaded, inline_guard = spanglass.guard(checks), spanglass.guard(checks, deadline_ms=None)
        for how, took_us in (
            ("in a thread, 50 ms", _sync_us(threaded, texts)),
            ("in the caller's thread", _sync_us(inline_guard, texts)),
            ("async, 50 ms", asyncio.run(_async_us(threaded, texts))),
        ):
            table.add_row(name, how, f"{np.percentile(took_us, 50):.0f}", f"{np.percentile(took_us, 99):.0f}")
    return table


def _sync_us(guarded: spanglass.guard, texts: list[str]) -> list[float]:
    took = []
    with capture() as captured:
        for text in texts:
            with spanglass.span("call"):
                began_s = time.perf_counter()
                guarded.inspect(text)
                took.append((time.perf_counter() - began_s) * 1e6)
            captured.clear()
    return took


async def _async_us(guarded: spanglass.guard, texts: list[str]) -> list[float]:
    took = []
    with capture() as captured:
        for text in texts:
            with spanglass.span("call"):
                began_s = time.perf_counter()
                await guarded.decide_async([text], "input")
                took.append((time.perf_counter() - began_s) * 1e6)
            captured.clear()
    return took


if __name__ == "__main__":
    main()
