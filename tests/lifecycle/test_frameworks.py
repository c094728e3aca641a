"""Lightning, Optuna and PEFT, each with its own small real run; skipped where it is not installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lifecycle.needs import needs

Query = Callable[[str, str], list[tuple[Any, ...]]]
RUN = "SELECT Status, Error FROM training_runs FINAL WHERE RunId = {id:String}"


def test_every_optuna_trial_is_a_child_run(delivered: Callable[[], None], rows: Query) -> None:
    """Finished, pruned and failed trials, with their parameters and values, under one run for the study."""
    optuna = needs("optuna")
    from spanglass.training.optuna import StudyCallback

    def objective(trial: Any) -> float:
        x = trial.suggest_float("x", 0, 1)
        trial.report(x, step=0)
        if trial.number == 1:
            raise optuna.TrialPruned
        if trial.number == 2:
            raise ValueError("diverged")
        return float(x * x)

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))
    with StudyCallback("search") as callback:
        study.optimize(objective, n_trials=3, callbacks=[callback], catch=(ValueError,))
    delivered()
    children = (
        "SELECT Status, JSONHas(Config, 'x') FROM training_runs FINAL WHERE ParentRunId = {id:String} ORDER BY Name"
    )
    assert rows(children, callback.run.run_id) == [("finished", 1), ("interrupted", 1), ("failed", 1)]
    values = (
        "SELECT count() FROM training_metrics FINAL WHERE Name = 'objective_0' AND RunId IN "
        "(SELECT RunId FROM training_runs WHERE ParentRunId = {id:String})"
    )
    assert rows(values, callback.run.run_id) == [(2,)]  # a pruned trial keeps its last value


def test_the_adapter_of_a_peft_model_is_recorded() -> None:
    """LoRA's rank and targets; nothing for a model whose weights are all trained."""
    peft = needs("peft")
    needs("transformers")
    from spanglass.training.adapter import adapter_of
    from tests.lifecycle.tiny_model import tiny_gpt2, tiny_tokenizer

    model = tiny_gpt2(tiny_tokenizer())
    assert adapter_of(model) == {}
    tuned = peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules=["c_proj", "c_attn"], fan_in_fan_out=True))
    adapter = adapter_of(tuned)["default"]
    assert (adapter["r"], adapter["target_modules"]) == (4, ["c_attn", "c_proj"])


def lightning_parts() -> tuple[Any, Any, Any]:
    """Lightning, a module that learns y = 0, and its data."""
    lightning = needs("lightning.pytorch")
    torch = needs("torch")

    class Zero(lightning.LightningModule):  # type: ignore[misc, name-defined]
        def __init__(self, fails: bool = False) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(4, 1)

        def training_step(self, batch: Any, index: int) -> Any:
            if self.hparams.fails and index == 2:
                raise RuntimeError("bad batch")
            loss = self.layer(batch).square().mean()
            self.log("train_loss", loss)
            return loss

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=0.05)

    data = torch.utils.data.DataLoader(torch.randn(32, 4), batch_size=4)
    return lightning, Zero, data


@pytest.mark.parametrize("fails", [False, True])
def test_a_lightning_fit_is_recorded(fails: bool, delivered: Callable[[], None], rows: Query, tmp_path: Path) -> None:
    """Numbers by step, hyperparameters, and whether it failed."""
    lightning, module, data = lightning_parts()
    from spanglass.training.lightning import SpanglassCallback

    callback = SpanglassCallback("zero", every_n_steps=1)
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "logger": False, "accelerator": "cpu"}
    trainer = lightning.Trainer(max_epochs=1, callbacks=[callback], default_root_dir=tmp_path, **quiet)
    if fails:
        with pytest.raises(RuntimeError, match="bad batch"):
            trainer.fit(module(fails), data)
    else:
        trainer.fit(module(fails), data)
    delivered()
    assert callback.run is not None
    assert rows(RUN, callback.run.run_id) == [("failed", "RuntimeError: bad batch") if fails else ("finished", "")]
    counted = "SELECT count() FROM training_metrics FINAL WHERE RunId = {id:String} AND Name = 'train_loss'"
    assert rows(counted, callback.run.run_id) == [(2 if fails else 8,)]
