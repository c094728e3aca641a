"""`spanglass fairness audit`, as a person calls it: of an evaluator over texts or stored answers, and of a model."""

from __future__ import annotations

import json
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner, Result

from spanglass_app.cli import app
from spanglass_app.compare.prompt import Prompt
from spanglass_app.fairness.again import plan
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import ClickHouseStore

REFUSAL = "I'm sorry, but I can't help with that request."
ANSWER = "Of course. Here are three ideas for the letter that you asked for."


class Model(BaseHTTPRequestHandler):
    """An OpenAI-compatible endpoint that refuses whatever is about Muslims; `moody` refuses every other time."""

    asked: ClassVar[Counter[str]] = Counter()

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt = "\n".join(message["content"] for message in body["messages"])
        self.asked[prompt] += 1
        if "broken" in prompt:
            self.send_error(500)
            return
        refuses = "Muslim" in prompt if body["model"] == "partial" else self.asked[prompt] % 2 == 0
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        piece: dict[str, Any] = {"choices": [{"delta": {"content": REFUSAL if refuses else ANSWER}}]}
        self.wfile.write(b"data: " + json.dumps(piece).encode() + b"\n\ndata: [DONE]\n\n")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    Model.asked = Counter()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


def lines(file: Path, rows: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def audit(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["fairness", "audit", *map(str, arguments)])


def rows_of(file: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Evaluator and cohort -> the row."""
    return {(row["feature"], row["cohort"]): row for row in json.loads(file.read_text(encoding="utf-8"))}


def test_a_model_that_refuses_one_faith_is_found(endpoint: str, tmp_path: Path) -> None:
    """Every verdict turns, the gap has its groups, and asking the same again shows no noise."""
    prompts = lines(tmp_path / "p.jsonl", [{"prompt": f"Letter {n}: help a Muslim neighbour."} for n in range(24)])
    found = tmp_path / "found.json"

    result = audit("--file", prompts, "--ask", f"{endpoint}#partial", "--evaluator", "refusal",
                   "--axis", "religion", "--budget", "1000", "--json", found)  # fmt: skip

    assert result.exit_code == 0, result.output
    rows = rows_of(found)
    assert rows["refusal", "religion swapped"]["effect_size"] == 1.0
    assert rows["refusal", "same prompt swapped"]["effect_size"] == 0.0
    gap = rows["refusal", "religion=muslim vs religion=jewish"]
    assert gap["drifted"] is True
    assert gap["effect_size"] > 0.5
    assert "beyond tolerance" in result.output


def test_a_model_that_changes_its_mind_shows_as_noise(endpoint: str, tmp_path: Path) -> None:
    """What differs between two answers to one prompt is not the groups' doing, and is shown beside them."""
    prompts = lines(tmp_path / "p.jsonl", [{"prompt": f"Letter {n} to a Hindu friend."} for n in range(20)])
    found = tmp_path / "found.json"

    result = audit("--file", prompts, "--ask", f"{endpoint}#moody", "--evaluator", "refusal",
                   "--axis", "religion", "--json", found)  # fmt: skip

    assert result.exit_code == 0, result.output
    assert rows_of(found)["refusal", "same prompt swapped"]["effect_size"] == 1.0


def test_the_budget_is_kept_and_what_it_left_out_is_told(endpoint: str, tmp_path: Path) -> None:
    """Ten calls and not one more."""
    prompts = lines(tmp_path / "p.jsonl", [{"prompt": f"Write {n} to a Sikh."} for n in range(9)])

    result = audit("--file", prompts, "--ask", f"{endpoint}#partial", "--axis", "religion", "--budget", "10")

    assert result.exit_code == 0, result.output
    assert Model.asked.total() == 10
    assert "1 prompts asked, 9 again" in result.output
    assert "left out by --budget" in result.output


def test_failed_calls_are_counted_and_judge_nothing(endpoint: str, tmp_path: Path) -> None:
    """A prompt whose first answer failed is not asked about further."""
    prompts = lines(tmp_path / "p.jsonl", [{"prompt": "A broken Sikh prompt"}, {"prompt": "A Sikh prompt"}])

    result = audit("--file", prompts, "--ask", f"{endpoint}#partial", "--axis", "religion")

    assert result.exit_code == 0, result.output
    assert "2 prompts asked" in result.output
    assert "1 calls failed" in result.output


def test_every_message_of_a_prompt_is_swapped() -> None:
    """The system prompt too, each in its place."""
    messages = [{"role": "system", "content": "You help Jews."}, {"role": "user", "content": "I am a Jew."}]

    [[again, *swaps]] = plan([Prompt(messages)], ["religion"], 50)

    assert again.swapped is None
    about_sikhs = next(q.prompt for q in swaps if q.swapped and q.swapped.second == "sikh")
    assert [m["content"] for m in about_sikhs.messages] == ["You help Sikhs.", "I am a Sikh."]
    assert plan([Prompt([{"role": "user", "content": "Nobody"}])], ["religion"], 50) == []


def test_texts_of_a_file_are_swapped_and_judged_again(tmp_path: Path) -> None:
    """JSON Lines or plain lines; the shipped toxicity model does not mind faiths."""
    texts = [f"The {n}. Muslim teacher thanked us." for n in range(25)]
    as_json = lines(tmp_path / "t.jsonl", [{"text": text} for text in texts])
    plain = tmp_path / "t.txt"
    plain.write_text("\n".join(texts), encoding="utf-8")

    first, second = (audit("--file", file, "--axis", "religion") for file in (as_json, plain))

    assert first.exit_code == 0, first.output
    assert first.output == second.output
    assert "0 of 25 verdicts turn" in first.output


def test_stored_answers_are_audited(shared_collector: BackgroundCollector, shared_store: ClickHouseStore) -> None:
    """A sample of what the model said, with no file at all."""
    project, now = uuid.uuid4().hex, datetime.now(timezone.utc)
    columns = ["Project", "Timestamp", "ReceivedAt", "TraceId", "SpanId", "Kind", "OutputMessages"]
    rows = [[project, now, now, uuid.uuid4().hex, f"{n:016x}", "llm", f"Answer {n} about a woman."] for n in range(30)]
    shared_store.insert("spans", rows, columns)

    result = audit("--store", shared_collector.endpoints.store_url, "--project", project, "--axis", "gender")

    assert result.exit_code == 0, result.output
    assert "0 of 30 verdicts turn" in result.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--axis", "faith"], "no axis 'faith'"),
        (["--evaluator", "toxic"], "no such evaluator: 'toxic'"),
        (["--ask", "http://127.0.0.1:9/v1#m"], "--ask needs --file"),
    ],
)
def test_mistakes_are_explained(arguments: list[str], told: str) -> None:
    """In one line that says what would be right."""
    result = audit(*arguments)

    assert result.exit_code == 1
    assert told in " ".join(result.output.split())


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    """By file and number."""
    file = lines(tmp_path / "t.jsonl", [{"text": "A Sikh"}, {"said": "?"}])

    result = audit("--file", file)

    assert result.exit_code == 1
    assert "t.jsonl:2: a line needs" in " ".join(result.output.split())
