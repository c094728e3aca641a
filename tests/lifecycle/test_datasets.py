"""Datasets from traffic to file, through the command as a user runs it."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
import orjson
import pytest
from typer.testing import CliRunner

from spanglass.lineage.dataset import dataset_ref
from spanglass_app.cli import app
from spanglass_collector.background import BackgroundCollector
from tests.otlp_samples import make_request, make_span

Run = Callable[..., str]


@pytest.fixture
def project() -> str:
    return f"p{uuid.uuid4().hex[:12]}"


@pytest.fixture
def run(shared_collector: BackgroundCollector, project: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`spanglass dataset ...` against the shared collector; raises on a non-zero exit."""
    monkeypatch.setenv("SPANGLASS_STORE", shared_collector.endpoints.store_url)
    monkeypatch.setenv("SPANGLASS_OTLP_HTTP", str(shared_collector.endpoints.otlp_http))

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, ["dataset", *words, "--project", project], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return run


@pytest.fixture
def answered(shared_collector: BackgroundCollector, project: str) -> Callable[..., str]:
    """One model call with an answer, and what people said of it; returns its trace id."""

    def send(question: str, answer: str, thumb: str = "", correction: str = "") -> str:
        span = make_span(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "gpt-4o",
                "gen_ai.input.messages": json.dumps(
                    [{"role": "user", "parts": [{"type": "text", "content": question}]}]
                ),
                "gen_ai.output.messages": json.dumps(
                    [{"role": "assistant", "parts": [{"type": "text", "content": answer}]}]
                ),
            },
            trace_id=os.urandom(16),
        )
        said = {
            "feedback": ({"down": 0.0, "up": 1.0}.get(thumb), thumb, ""),
            "correction": (None, "correction", correction),
        }
        for name, (value, label, explanation) in said.items():
            if value is not None or explanation:
                event = span.events.add(name="gen_ai.evaluation.result", time_unix_nano=span.start_time_unix_nano)
                parts = {"name": name, "score.value": value, "score.label": label, "explanation": explanation}
                for key, part in parts.items():
                    if part is not None:
                        attribute = event.attributes.add(key=f"gen_ai.evaluation.{key}").value
                        setattr(attribute, "double_value" if isinstance(part, float) else "string_value", part)
        url = f"http://{shared_collector.endpoints.otlp_http}/v1/traces"
        headers = {"content-type": "application/x-protobuf", "x-spanglass-project": project}
        httpx.post(url, content=make_request([span]).SerializeToString(), headers=headers).raise_for_status()
        return span.trace_id.hex()

    return send


def exported(path: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_thumbs_down_and_corrections_become_preference_pairs(
    run: Run, answered: Callable[..., str], tmp_path: Path
) -> None:
    """The correction is the chosen answer, the model's the rejected one; unscored calls stay out."""
    answered("How old?", "Seven.", thumb="down", correction="Eight.")
    answered("How tall?", "One metre.", thumb="up")
    run("from-traces", "fixes", "--since", "all", "--thumbs", "down", "--corrected")
    run("export", "fixes", "-o", str(tmp_path / "fixes.jsonl"), "--format", "dpo")
    assert exported(tmp_path / "fixes.jsonl") == [
        {
            "prompt": [{"role": "user", "content": "How old?"}],
            "chosen": [{"role": "assistant", "content": "Eight."}],
            "rejected": [{"role": "assistant", "content": "Seven."}],
        }
    ]


def test_a_version_is_its_content_and_knows_its_parent(run: Run, answered: Callable[..., str], tmp_path: Path) -> None:
    """The same traffic makes the same version; more traffic on top makes a child; the export names the version."""
    answered("One?", "1")
    first = run("from-traces", "all", "--since", "all").split(":")[0]
    assert run("from-traces", "all", "--since", "all").split(":")[0] == first
    answered("Two?", "2")
    second = run("from-traces", "all", "--since", "all", "--parent", first).split(":")[0]
    assert second != first
    assert first.partition("@")[2] in run("list", "all")
    run("export", second, "-o", str(tmp_path / "all.jsonl"))
    assert dataset_ref(tmp_path / "all.jsonl").name == second
    assert len(exported(tmp_path / "all.jsonl")) == 2


def test_files_become_versions(run: Run, tmp_path: Path) -> None:
    """JSON Lines and CSV of the same pair are the same version."""
    (tmp_path / "a.jsonl").write_text('{"prompt": "Hi", "completion": "Hello"}\n')
    (tmp_path / "a.csv").write_text("prompt,completion\nHi,Hello\n")
    versions = {run("from-file", "greetings", str(tmp_path / name)).split(":")[0] for name in ("a.jsonl", "a.csv")}
    assert len(versions) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("from-file", "x", "{bad}"), "bad.jsonl:2: an example needs"),
        (("from-traces", "x", "--since", "1s"), "nothing matches"),
        (("export", "nothing", "-o", "{bad}"), "no dataset named 'nothing'"),
    ],
)
def test_mistakes_are_explained(run: Run, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    """One line says what was wrong and where."""
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"prompt": "Hi", "completion": "Hello"}\n{"question": "?"}\n')
    with pytest.raises(AssertionError, match=told):
        run(*(word.format(bad=bad) for word in words))
