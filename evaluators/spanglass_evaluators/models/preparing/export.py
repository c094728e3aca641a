"""The network as an ONNX file, and the same with weights of 8 bits."""

from __future__ import annotations

import warnings
from pathlib import Path

from spanglass_evaluators.models.preparing.loaded import Loaded

_OPSET = 18


def export(loaded: Loaded, path: Path) -> None:
    """By torch's dynamo exporter: the older one loses the attention mask of transformers 5, so padding would count."""
    import torch

    ids = torch.full((2, 8), loaded.pad_id, dtype=torch.int64)
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    texts, tokens = torch.export.Dim("texts"), torch.export.Dim("tokens", max=loaded.max_tokens)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            loaded.network,
            (ids, mask),
            path,
            input_names=["input_ids", "attention_mask"],
            output_names=["values"],
            dynamic_shapes=({0: texts, 1: tokens}, {0: texts, 1: tokens}),
            opset_version=_OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def quantise(source: Path, target: Path) -> None:
    """Weights to int8, activations as they come (dynamic). Shapes that the exporter noted are dropped first: the
    quantiser takes some of them for contradictions."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(source)
    del model.graph.value_info[:]
    quantize_dynamic(model, target, weight_type=QuantType.QInt8, per_channel=True)
