"""`spanglass.init()` and nothing else: the examples of docs/sdk/frameworks ask a recorded provider, and their calls
arrive.

Each runs in a process of its own, with the interpreter that SPANGLASS_FRAMEWORKS_PYTHON names (an environment with
the frameworks, their instrumentations and this SDK), else with this one; what is not installed there is skipped.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.instrumentation.cassettes import GZIP_MAGIC, REPOSITORY, Recording, data_dir, recordings
from tests.instrumentation.replay_server import ReplayServer
from tests.sdk.receiver import Receiver, attributes

PYTHON = os.environ.get("SPANGLASS_FRAMEWORKS_PYTHON") or sys.executable
MODEL = ("gen_ai.request.model", "gen_ai.response.model", "llm.model_name")
INPUT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")


@dataclass(frozen=True)
class Case:
    """A page of docs/sdk/frameworks; `distributions` must be installed for its example."""

    name: str
    provider: str
    distributions: tuple[str, ...]
    sends_tokens: bool = True

    @property
    def example(self) -> str:
        """The page's Python."""
        page = (REPOSITORY / "docs" / "sdk" / "frameworks" / f"{self.name}.md").read_text()
        return page.partition("```python\n")[2].partition("```")[0]


OPENINFERENCE = "openinference-instrumentation-"
CASES = (
    Case("openai", "openai", ("openai",)),
    Case("anthropic", "anthropic", ("anthropic",)),
    Case("langchain", "openai", ("langchain-openai", OPENINFERENCE + "langchain")),
    Case("langgraph", "openai", ("langgraph", "langchain-openai", OPENINFERENCE + "langchain")),
    Case("litellm", "openai", ("litellm", OPENINFERENCE + "litellm")),
    Case("openai-agents", "openai", ("openai-agents", OPENINFERENCE + "openai-agents")),
    Case("llama-index", "openai", ("llama-index-llms-openai", OPENINFERENCE + "llama-index")),
    Case("dspy", "openai", ("dspy", OPENINFERENCE + "dspy"), sends_tokens=False),
    Case("crewai", "openai", ("crewai", OPENINFERENCE + "crewai")),
    Case("pydantic-ai", "openai", ("pydantic-ai-slim",)),
)


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    missing = _missing(found.distributions)
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; see SPANGLASS_FRAMEWORKS_PYTHON")
    return found


@pytest.fixture
def recording(case: Case) -> Recording:
    """A plain answer: no stream, no error, no tools asked for."""
    folder = data_dir() / "cassettes" / case.provider
    if not folder.is_dir():
        pytest.skip(f"no recorded traffic in {folder}; set SPANGLASS_TEST_DATA")
    return next(each for each in recordings(folder) if _is_plain(each))


@pytest.fixture
def replay(recording: Recording) -> Iterator[ReplayServer]:
    server = ReplayServer([recording])
    yield server
    server.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.close()


def test_a_call_arrives_with_model_and_tokens(
    case: Case, recording: Recording, replay: ReplayServer, receiver: Receiver
) -> None:
    """Whatever the application uses to ask, the recorded usage is in a span, and it is one trace."""
    model = recording.request["model"]
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "SPANGLASS_"))}
    done = subprocess.run(
        [PYTHON, "-c", case.example],
        env={**environ, **_provider(replay.url), "MODEL": model, "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert replay.requests >= 1
    usage = _answer(recording)["usage"]
    tokens = usage.get("prompt_tokens", usage.get("input_tokens"))
    found = [attributes(span) for span in receiver.spans]
    calls = [each for each in found if any(each.get(name) == tokens for name in INPUT) or not case.sends_tokens]
    assert calls, (done.stderr[-2000:], found)
    assert any(str(each.get(name, "")).endswith(_bare(model)) for each in calls for name in MODEL)
    # OpenInference's LangChain spans are not current while the model's client runs: its span is a trace of its own.
    # anthropic traces itself with OpenTelemetry since 1.0, and OpenLLMetry's span does not enclose that one.
    apart = any("langchain" in each or each == "anthropic" for each in case.distributions)
    assert len({span.trace_id for span in receiver.spans}) <= (2 if apart else 1)


def _bare(model: str) -> str:
    return model.rpartition("/")[2]


def _is_plain(recording: Recording) -> bool:
    wanted = {"chat/completions", "messages"}
    if recording.path not in wanted or recording.is_stream or recording.is_error:
        return False
    if set(recording.request) & {"tools", "functions", "n", "response_format", "thinking"}:
        return False
    try:
        return bool(_answer(recording)["usage"])
    except (ValueError, KeyError, UnicodeDecodeError):
        return False


def _provider(url: str) -> dict[str, str]:
    """What the clients read; each has its own name for the same thing."""
    bases = dict.fromkeys(("OPENAI_BASE_URL", "OPENAI_API_BASE"), f"{url}/v1")
    keys = dict.fromkeys(("OPENAI_API_KEY", "ANTHROPIC_API_KEY"), "recorded")
    return {**bases, **keys, "ANTHROPIC_BASE_URL": url, "CREWAI_DISABLE_TELEMETRY": "true"}


def _answer(recording: Recording) -> dict[str, Any]:
    body = recording.body
    answer: dict[str, Any] = json.loads(gzip.decompress(body) if body.startswith(GZIP_MAGIC) else body)
    return answer


def _missing(distributions: tuple[str, ...]) -> list[str]:
    code = (
        "import sys\nfrom importlib.metadata import version\n"
        "for name in sys.argv[1:]:\n    try: version(name)\n    except Exception: print(name)"
    )
    done = subprocess.run([PYTHON, "-c", code, "spanglass", *distributions], capture_output=True, text=True, check=True)
    return done.stdout.split()
