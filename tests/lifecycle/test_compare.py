"""Two variants side by side: intervals, verdicts, the wire, the picture."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from spanglass_app.cli import app
from spanglass_app.compare.difference import differences, gap_differences
from spanglass_app.compare.measure import METRICS, Column

EMPTY: dict[str, Column] = {metric.name: [] for metric in METRICS}


def numbers(**columns: Column) -> dict[str, Column]:
    size = len(next(iter(columns.values())))
    return {name: columns.get(name.replace(" ", "_"), [None] * size) for name in EMPTY}


def test_a_difference_is_named_by_its_interval() -> None:
    """Slower is worse, more right answers are better, equal answers show no difference."""
    random = np.random.default_rng(3)
    slow = list(random.normal(1.0, 0.1, 60))
    found = {
        d.metric.name: d
        for d in differences(
            numbers(latency=slow, reference_match=[0.0, 1.0] * 30, toxicity=[0.1] * 60),
            numbers(latency=[x + 0.5 for x in slow], reference_match=[1.0] * 60, toxicity=[0.1] * 60),
        )
    }
    assert found["latency"].verdict == "worse"
    assert found["latency"].change == pytest.approx(0.5)
    assert found["reference match"].verdict == "better"
    assert found["toxicity"].verdict == "no difference seen"
    assert "first token" not in found


def test_few_pairs_get_no_verdict() -> None:
    """Nine prompts say too little, whatever they say."""
    (found,) = differences(numbers(latency=[1.0] * 9), numbers(latency=[2.0] * 9))
    assert found.verdict == "too few"


def test_intervals_cover_the_truth() -> None:
    """Of 200 comparisons of equal variants about 5 % show a difference: the interval is a 95 % one."""
    random = np.random.default_rng(11)
    wrong = 0
    for seed in range(200):
        a, b = (list(random.exponential(1.0, 40)) for _ in range(2))
        (found,) = differences(numbers(latency=a), numbers(latency=b), seed=seed)
        wrong += found.verdict != "no difference seen"
    assert wrong <= 22  # 10 expected; 22 is the 99.97 % point of the binomial


def test_a_gap_that_opened_is_seen() -> None:
    """B refuses one group more than A does."""
    a = numbers(refused=[0.0] * 80)
    b = numbers(refused=[0.0] * 40 + [1.0, 0.0] * 20)
    (found,) = gap_differences(a, b, ["x"] * 40 + ["y"] * 40)
    assert found.metric.name == "refused, x minus y"
    assert found.verdict == "less"


class Model(BaseHTTPRequestHandler):
    """An OpenAI-compatible endpoint: `good` answers right, `broken` answers 500."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if body["model"] == "broken":
            self.send_error(500)
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        pieces: list[dict[str, Any]] = [{"choices": [{"delta": {"content": text}}]} for text in ("fo", "ur")]
        for piece in [*pieces, {"choices": [], "usage": {"completion_tokens": 2}}]:
            self.wfile.write(b"data: " + json.dumps(piece).encode() + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


def test_the_command_compares_endpoints_and_draws(endpoint: str, tmp_path: Path) -> None:
    """A variant that fails is shown as failing, and the picture is there."""
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text('{"prompt": "two and two?", "reference": "four"}\n' * 12)
    words = ["compare-models", f"{endpoint}#good", f"{endpoint}#broken", "--prompts", str(prompts)]
    result = CliRunner().invoke(app, [*words, "--picture", str(tmp_path / "c.png")], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    failed = next(line.split() for line in result.output.splitlines() if line.split()[:1] == ["failed"])
    assert failed[2:5] == ["0", "1", "+1"]
    assert failed[-1] == "worse"
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("spec", "told"), [("http://127.0.0.1:9/v1", "names no model"), ("nowhere", "neither an http:// endpoint nor")]
)
def test_a_wrong_variant_is_explained(spec: str, told: str, tmp_path: Path) -> None:
    """The message says how to name one."""
    (tmp_path / "p.jsonl").write_text('{"prompt": "x"}\n')
    result = CliRunner().invoke(app, ["compare-models", spec, spec, "--prompts", str(tmp_path / "p.jsonl")])
    assert result.exit_code == 1
    assert told in " ".join(result.output.split())
