"""What SpanglassCallback costs a training step.

    python benchmarks/training_overhead.py [--steps 200]

Needs spanglass[training]. Logs every step, the most a Trainer can ask of a callback. CPU time of the callback in the
training's thread and of the journal's thread is read from the threads' own clocks: the difference between two trainings
would drown in the noise of torch's own threads.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "lifecycle"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=200)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"SPANGLASS_RECORDS_DIR": f"{folder}/records", "SPANGLASS_OFFLINE": "1"}
        train(2, Path(folder))  # the first pays for imports and caches
        step_us, callback_us, journal_us = train(options.steps, Path(folder))
    print(f"one training step            {step_us:9.0f} us")
    print(f"the callback, in its thread  {callback_us:9.1f} us CPU a step  {callback_us / step_us:.2%}")
    print(f"the journal's thread         {journal_us:9.1f} us CPU a step  {journal_us / step_us:.2%}")
    print(f"run.log of 4 numbers         {log_us():9.1f} us of the caller")


def train(steps: int, folder: Path) -> tuple[float, float, float]:
    """Microseconds a step: wall time of the training, CPU time of the callback, CPU time of the journal's thread."""
    from tiny import Examples, gpt2, tokenizer
    from transformers import PrinterCallback, Trainer, TrainingArguments

    from spanglass.lineage import journal

    words = tokenizer()
    chats = [[{"content": f"Sum: {n}+{n}="}, {"content": str(2 * n)}] for n in range(64)]
    fixed: dict[str, Any] = {"report_to": [], "disable_tqdm": True, "use_cpu": True, "save_strategy": "no", "seed": 1}
    arguments = TrainingArguments(str(folder / "out"), max_steps=steps, logging_steps=1, log_level="error", **fixed)
    callback = timed_callback()
    trainer = Trainer(gpt2(words), arguments, train_dataset=Examples(words, chats), callbacks=[callback])
    trainer.remove_callback(PrinterCallback)
    before_s = time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - before_s
    time.sleep(2 * journal.WRITE_INTERVAL_S)  # until the journal has written the last step
    journal_s = journal.journal().cpu_s()
    journal.close(30)
    return tuple(value / steps * 1e6 for value in (seconds, callback.spent_s, journal_s))  # type: ignore[return-value]


def timed_callback() -> Any:
    from spanglass.training.transformers import SpanglassCallback

    class Timed(SpanglassCallback):
        spent_s = 0.0

        def on_log(self, *told: Any, **more: Any) -> None:
            before_s = time.thread_time()
            super().on_log(*told, **more)
            self.spent_s += time.thread_time() - before_s

    return Timed("overhead")


def log_us(calls: int = 20_000) -> float:
    """Microseconds that `run.log` of four numbers takes its caller."""
    from spanglass.training import training_run

    with training_run("log") as run:
        before_s = time.perf_counter()
        for step in range(calls):
            run.log(step, loss=0.5, learning_rate=1e-4, grad_norm=0.1, tokens_per_second=1e4)
        return (time.perf_counter() - before_s) / calls * 1e6


if __name__ == "__main__":
    main()
