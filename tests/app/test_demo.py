"""The demo runs to its end and shows what it promises."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from spanglass_app.conversations.line import parse
from spanglass_app.demo.story import PER_HOUR, conversations

ANYWHERE = ("--otlp-http", "127.0.0.1:0", "--otlp-grpc", "127.0.0.1:0", "--sql", "127.0.0.1:0")


def test_the_story_is_the_same_for_a_seed() -> None:
    """To the last character; another seed tells another one."""
    told = list(conversations(1e9, seed=7))
    assert told == list(conversations(1e9, seed=7))
    assert told != list(conversations(1e9, seed=8))


def test_the_story_has_two_hours_of_importable_lines_with_ids_of_their_own() -> None:
    """Oldest first, the last just before the end."""
    parsed = [parse(line) for line in conversations(1e9)]
    starts = [conversation.start_ns or 0 for conversation in parsed]
    assert starts == sorted(starts)
    assert 0 < 10**18 - starts[-1] < 60 * 10**9
    assert Counter(p.text("prompt_version") for p in parsed) == {"v1": PER_HOUR, "v2": PER_HOUR}
    assert len({p.text("id") for p in parsed}) == 2 * PER_HOUR


def test_the_demo_judges_alerts_and_reports(tmp_path: Path) -> None:
    """Pages are delivered, drift and a gap between groups are found, toxic answers are named; it leaves nothing."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "SPANGLASS_"))}
    done = subprocess.run(
        [sys.executable, "-m", "spanglass_app.command", "demo", *ANYWHERE],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=tmp_path,
        env={**environment, "SPANGLASS_API_KEY": "a-key", "TMPDIR": str(tmp_path)},
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stdout + done.stderr
    pages = re.findall(r"delivered to PagerDuty \(a local receiver\) \[(\w+)]: ([^:]+)", done.stdout)
    assert ("critical", "The assistant insults people") in pages
    assert ("warning", "Answers have drifted") in pages
    assert ("error", "Regions are treated differently") in pages
    rows = [line.split() for line in done.stdout.splitlines()]
    changed = {tuple(row[:2]) for row in rows if row[-1:] == ["CHANGED"]}
    assert {("drift", "OutputTokens"), ("drift", "score:reference_match"), ("group_gap", "score:refusal")} <= changed
    assert sum(row[:1] == ["toxicity"] and row[2:3] == ["toxic"] for row in rows) == 5
    assert not list(tmp_path.iterdir())
