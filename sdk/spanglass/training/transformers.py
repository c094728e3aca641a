"""`SpanglassCallback` for `transformers.Trainer`: `Trainer(..., callbacks=[SpanglassCallback("support-tuning")])`.

The Trainer's own numbers (loss, learning_rate, grad_norm, eval_*) are taken as it logs them, under its names. Beside
them stand `samples_per_second`, `tokens_per_second` (when the Trainer counts: `include_num_input_tokens_seen=True`),
`memory_bytes` and, for every evaluation, `eval_perplexity`.

A Trainer tells its callbacks nothing when it fails: put `trainer.train()` inside `with training_run(...)` and failures
are recorded too. Without it, a run that never ended stays `running` until the process ends; then it is `interrupted`.
"""

from __future__ import annotations

import atexit
import math
import sys
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from spanglass.lineage.dataset import DatasetRef
from spanglass.safety import wall
from spanglass.training.adapter import adapter_of, base_model_of
from spanglass.training.run import TrainingRun, current_run


class SpanglassCallback(TrainerCallback):
    """One callback serves one Trainer. `run` is set once training has begun."""

    def __init__(self, name: str = "", *, dataset: str | Path | DatasetRef | None = None) -> None:
        self.run: TrainingRun | None = None
        self._name = name
        self._dataset = dataset
        self._is_ours = False
        self._samples_per_step = 0
        self._since = (0.0, 0, 0.0)  # seconds, step, tokens at the last log

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **told: Any
    ) -> None:
        try:
            self._begin(args, state, told.get("model"))
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("SpanglassCallback.on_train_begin", error)

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, Any] | None = None,
        **told: Any,
    ) -> None:
        if self.run is None or not logs or not state.is_world_process_zero:
            return
        try:
            self.run.log(state.global_step, {**logs, **self._pace(state), **_perplexity(logs), **_memory()})
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("SpanglassCallback.on_log", error)

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **told: Any) -> None:
        if self.run is not None and state.is_world_process_zero:
            self.run.checkpoint(Path(str(args.output_dir)) / f"checkpoint-{state.global_step}", state.global_step)

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **told: Any) -> None:
        if self.run is not None and self._is_ours:
            self.run.finish()

    def _begin(self, args: TrainingArguments, state: TrainerState, model: Any) -> None:
        described = {"config": args.to_dict(), "seed": args.seed, "resumed_from": _resumed_from(args)}
        described |= {"adapter": adapter_of(model), "base_model": base_model_of(model)}
        around = current_run()
        self._is_ours = around is None
        self.run = around or TrainingRun(self._name or Path(str(args.output_dir)).name, dataset=self._dataset)
        self.run.describe(**described)
        if self._is_ours:
            atexit.register(self.run.finish, "interrupted")
        self._samples_per_step = args.train_batch_size * args.gradient_accumulation_steps * args.world_size
        self._since = (time.monotonic(), state.global_step, float(state.num_input_tokens_seen))

    def _pace(self, state: TrainerState) -> dict[str, float]:
        """Since the last log."""
        before_s, before_step, before_tokens = self._since
        now_s, tokens = time.monotonic(), float(state.num_input_tokens_seen)
        steps, seconds = state.global_step - before_step, now_s - before_s
        if steps <= 0 or seconds <= 0:
            return {}
        self._since = (now_s, state.global_step, tokens)
        pace = {"samples_per_second": steps * self._samples_per_step / seconds, "steps_per_second": steps / seconds}
        return pace if tokens <= before_tokens else {**pace, "tokens_per_second": (tokens - before_tokens) / seconds}


def _perplexity(logs: Mapping[str, Any]) -> dict[str, float]:
    """exp of the mean cross-entropy in nats, which is what the Trainer's eval_loss of a language model is."""
    loss = logs.get("eval_loss")
    if not isinstance(loss, (int, float)):
        return {}
    return {"eval_perplexity": math.exp(loss) if loss < 700 else math.inf}


def _memory() -> dict[str, float]:
    """Peak of the accelerator's allocator, else of the process."""
    if _has_cuda():
        return {"memory_bytes": float(sys.modules["torch"].cuda.max_memory_allocated())}
    try:
        import resource
    except ImportError:  # Windows
        return {}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"memory_bytes": float(peak if sys.platform == "darwin" else peak * 1024)}


@cache
def _has_cuda() -> bool:
    """Asked once: the answer takes longer than all else that a log of a step costs."""
    torch = sys.modules.get("torch")
    return torch is not None and bool(torch.cuda.is_available())


def _resumed_from(args: TrainingArguments) -> str:
    given = args.resume_from_checkpoint
    return str(given) if given else ""
