"""`SpanglassCallback` for Lightning: `Trainer(callbacks=[SpanglassCallback("support-tuning")])`.

Takes every number that the module logs (`self.log`) and the learning rates; a failure ends the run as failed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

try:
    from lightning.pytorch.callbacks import Callback
except ImportError:  # the package's older name
    from pytorch_lightning.callbacks import Callback

from spanglass.lineage.dataset import DatasetRef
from spanglass.safety import wall
from spanglass.training.adapter import adapter_of
from spanglass.training.run import TrainingRun, current_run


class SpanglassCallback(Callback):
    """One callback serves one Trainer. `every_n_steps`: how often numbers are taken."""

    def __init__(
        self, name: str = "", *, dataset: str | Path | DatasetRef | None = None, every_n_steps: int = 10
    ) -> None:
        self.run: TrainingRun | None = None
        self._name = name
        self._dataset = dataset
        self._every_n_steps = every_n_steps
        self._is_ours = False

    def on_fit_start(self, trainer: Any, module: Any) -> None:
        try:
            around = current_run()
            self._is_ours = around is None
            self.run = around or TrainingRun(self._name or type(module).__name__, dataset=self._dataset)
            self.run.describe(config=dict(getattr(module, "hparams", {})), adapter=adapter_of(module))
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("SpanglassCallback.on_fit_start", error)

    def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
        if trainer.global_step % self._every_n_steps == 0:
            self._log(trainer)

    def on_validation_end(self, trainer: Any, module: Any) -> None:
        self._log(trainer)

    def on_save_checkpoint(self, trainer: Any, module: Any, checkpoint: Any) -> None:
        saver = trainer.checkpoint_callback
        path = getattr(saver, "last_model_path", "") or getattr(saver, "best_model_path", "")
        if self.run is not None and path:
            self.run.checkpoint(path, trainer.global_step)

    def on_fit_end(self, trainer: Any, module: Any) -> None:
        if self.run is not None and self._is_ours:
            self.run.finish()

    def on_exception(self, trainer: Any, module: Any, exception: BaseException) -> None:
        if self.run is not None and self._is_ours:
            status = "failed" if isinstance(exception, Exception) else "interrupted"
            self.run.finish(status, error=f"{type(exception).__name__}: {exception}"[:2000])

    def _log(self, trainer: Any) -> None:
        if self.run is None or not trainer.is_global_zero:
            return
        try:
            rates = {f"learning_rate_{i}": o.param_groups[0]["lr"] for i, o in enumerate(trainer.optimizers)}
            self.run.log(trainer.global_step, {**trainer.callback_metrics, **rates})
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("SpanglassCallback", error)
