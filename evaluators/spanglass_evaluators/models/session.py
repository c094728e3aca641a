"""A network in ONNX Runtime, on the processor or a GPU."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.models.tokens import TokenBatch

Device = Literal["auto", "cpu", "cuda"]
CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a network runs. `threads` 0: one for each core this process may use."""

    device: Device = "auto"
    threads: int = 0


def providers(device: str, available: Sequence[str]) -> list[str]:
    """ONNX Runtime's providers to try, best first. Raises ConfigurationError for a GPU that is not there."""
    if device not in ("auto", "cpu", "cuda"):
        raise ConfigurationError(f"device {device!r} is none; choose auto, cpu or cuda")
    if device == "cuda" and CUDA not in available:
        raise ConfigurationError(
            "device cuda was asked for, and this ONNX Runtime has no CUDA; install onnxruntime-gpu in its place"
        )
    return [CUDA, CPU] if CUDA in available and device != "cpu" else [CPU]


def chosen_precision(stored: Sequence[str], on_gpu: bool) -> str:
    """int8 is faster on a processor and slower on a GPU; whichever is stored, if only one is."""
    return next(p for p in (("fp32", "int8") if on_gpu else ("int8", "fp32")) if p in stored)


def available_providers() -> list[str]:
    try:
        import onnxruntime
    except ImportError as error:
        raise ConfigurationError(
            "local models need ONNX Runtime and tokenizers: pip install 'spanglass[onnx]'"
        ) from error
    return list(onnxruntime.get_available_providers())


def cores() -> int:
    """Cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


class Session:
    """One network in memory. Safe between threads: ONNX Runtime's `run` is."""

    def __init__(self, path: Path, placement: Placement) -> None:
        asked = providers(placement.device, available_providers())
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = placement.threads or cores()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads leave the cores alone
        self._session: Any = onnxruntime.InferenceSession(str(path), options, providers=asked)
        self.provider: str = self._session.get_providers()[0]

    def run(self, batch: TokenBatch) -> npt.NDArray[np.float32]:
        values: npt.NDArray[np.float32]
        (values,) = self._session.run(["values"], {"input_ids": batch.ids, "attention_mask": batch.mask})
        return values
