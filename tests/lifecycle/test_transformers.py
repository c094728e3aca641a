"""The Trainer callback and the generation hook, on a real two-layer model."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spanglass.testing import capture
from tests.lifecycle.needs import needs

torch = needs("torch")
transformers = needs("transformers")

from tests.lifecycle.tiny_model import Texts, tiny_gpt2, tiny_tokenizer  # noqa: E402

Query = Callable[[str, str], list[tuple[Any, ...]]]
TEXTS = [f"question {n}: what is {n} plus {n}? answer: {2 * n}." for n in range(24)]


def trainer(folder: Path, *callbacks: Any, steps: int = 6, texts: list[str] | None = None) -> Any:
    tokenizer = tiny_tokenizer()
    options: dict[str, Any] = {
        "use_cpu": True,
        "report_to": [],
        "disable_tqdm": True,
        "include_num_input_tokens_seen": True,
    }
    arguments = transformers.TrainingArguments(
        str(folder),
        max_steps=steps,
        logging_steps=2,
        save_steps=3,
        eval_strategy="steps",
        eval_steps=3,
        seed=11,
        **options,
    )
    data = Texts(tokenizer, texts or TEXTS)
    return transformers.Trainer(
        tiny_gpt2(tokenizer), arguments, train_dataset=data, eval_dataset=data, callbacks=list(callbacks)
    )


def test_a_fine_tune_is_recorded(delivered: Callable[[], None], rows: Query, tmp_path: Path) -> None:
    """Every number that the Trainer logged, at its step; checkpoints; settings; the end."""
    from spanglass.training.transformers import SpanglassCallback

    callback = SpanglassCallback("tiny")
    made = trainer(tmp_path, callback)
    made.train()
    delivered()
    assert callback.run is not None
    run = callback.run.run_id
    select = "SELECT Name, Step, Value FROM training_metrics FINAL WHERE RunId = {id:String}"
    stored = {(name, step): value for name, step, value in rows(select, run)}
    for entry in made.state.log_history:
        for name in {"loss", "eval_loss", "grad_norm", "learning_rate"} & entry.keys():
            assert stored[name, entry["step"]] == pytest.approx(entry[name])
    assert stored["eval_perplexity", 6] == pytest.approx(math.exp(stored["eval_loss", 6]))
    assert stored["tokens_per_second", 4] > 0
    assert rows("SELECT Step FROM checkpoints WHERE RunId = {id:String} ORDER BY Step", run) == [(3,), (6,)]
    columns = "Status, Seed, JSONExtractInt(Config, 'max_steps'), Packages['transformers'] != ''"
    assert rows(f"SELECT {columns} FROM training_runs FINAL WHERE RunId = {{id:String}}", run) == [
        ("finished", 11, 6, 1)
    ]


def test_a_training_that_fails_inside_a_run_is_failed(
    delivered: Callable[[], None], rows: Query, tmp_path: Path
) -> None:
    """The Trainer tells its callbacks nothing; the block around it knows."""
    from spanglass.training import training_run
    from spanglass.training.transformers import SpanglassCallback

    class Explodes(transformers.TrainerCallback):  # type: ignore[misc, name-defined]
        def on_step_end(self, *_: Any, **__: Any) -> None:
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"), training_run("tiny") as run:
        trainer(tmp_path, SpanglassCallback(), Explodes()).train()
    delivered()
    ended = rows("SELECT Status, Error FROM training_runs FINAL WHERE RunId = {id:String}", run.run_id)
    assert ended == [("failed", "RuntimeError: out of memory")]


def test_training_is_the_same_with_and_without_the_callback(records_folder: Path, tmp_path: Path) -> None:
    """The callback changes no number of the training."""
    from spanglass.training.transformers import SpanglassCallback

    losses = []
    for callbacks in ([], [SpanglassCallback()]):
        made = trainer(tmp_path / str(len(callbacks)), *callbacks)
        made.train()
        losses.append([entry["loss"] for entry in made.state.log_history if "loss" in entry])
    assert losses[0] == losses[1]


def test_a_generation_is_one_measured_span() -> None:
    """Tokens, time to first token and the model version are on the span; padding is not counted."""
    from spanglass.serving.generation import generate

    tokenizer = tiny_tokenizer()
    model = tiny_gpt2(tokenizer).eval()
    with capture() as spans:
        made = generate(
            model, tokenizer, ["one", "twenty two"], model_version="tiny@abc", max_new_tokens=5, do_sample=False
        )
    span = spans.one("generate")
    assert made.input_tokens == len("one") + len("twenty two")
    assert span.attributes["gen_ai.usage.output_tokens"] == made.output_tokens
    assert 0 < span.attributes["gen_ai.response.time_to_first_chunk"] <= made.seconds
    assert span.attributes["spanglass.model.version"] == "tiny@abc"
