"""Hooks for training: what was trained, on what, with which settings, and how it went.

    from spanglass.training import training_run

    with training_run("support-tuning", dataset="train.jsonl", config={"lr": 1e-4}) as run:
        for step, batch in enumerate(loader):
            run.log(step, loss=train_step(batch))
        run.checkpoint("out/final", step)
        run.register_model("support-bot", "out/final", evaluation={"eval_loss": 0.7})

`transformers.SpanglassCallback`, `lightning.SpanglassCallback` and `optuna.StudyCallback` of this package do the same
from inside those frameworks, which are imported only there. Records go through `spanglass.lineage.journal`: nothing
here waits for a network, and nothing raises into the training.
"""

from spanglass.training.run import TrainingRun, current_run, training_run

__all__ = ["TrainingRun", "current_run", "training_run"]
