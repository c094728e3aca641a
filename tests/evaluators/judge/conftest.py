"""A judge's endpoint on loopback, and judges that ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from judge_server import JudgeServer

from spanglass_evaluators.contract import Batch
from spanglass_evaluators.judge.pairwise import Pairwise
from spanglass_evaluators.judge.rubric import Rubric
from spanglass_evaluators.judge.settings import build

JudgeOf = Callable[..., Any]


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    started = JudgeServer()
    yield started
    started.close()


@pytest.fixture
def judge_of(server: JudgeServer, tmp_path: Path) -> JudgeOf:
    """Builds a judge from settings, as spanglass.toml would; it asks `server` and keeps its file under tmp_path."""

    def built(**options: Any) -> Rubric | Pairwise:
        defaults: dict[str, Any] = {
            "base_url": server.url,
            "model": "local-judge",
            "state_file": str(tmp_path / "judge.sqlite"),
            "api_key_env": "JUDGE_KEY",
            "timeout_s": 5.0,
        }
        return build(defaults | options, "mine", environ={"JUDGE_KEY": "sk-very-secret"})

    return built


@pytest.fixture
def batch_of() -> Callable[..., Batch]:
    """Rows of equal length by column, the question the same everywhere unless it is given."""

    def built(answers: list[Any], **columns: list[Any]) -> Batch:
        given = {"input_text": ["What is two and two?"] * len(answers), "output_text": answers}
        renamed = {name.replace("__", "."): values for name, values in columns.items()}
        return Batch(given | renamed, len(answers))

    return built
