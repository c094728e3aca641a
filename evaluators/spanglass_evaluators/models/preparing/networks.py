"""What is put around a model before it is exported: probabilities, or one vector for a text."""

from __future__ import annotations

from typing import Any


def label_probabilities(model: Any, *, independent: bool) -> Any:
    """Logits to probabilities: of labels that may hold together (sigmoid), or of which one holds (softmax)."""
    import torch

    class LabelProbabilities(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            logits = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
            return torch.sigmoid(logits) if independent else torch.softmax(logits, dim=-1)

    return LabelProbabilities().eval()


def mean_vector(model: Any) -> Any:
    """Mean of the last layer over the tokens that are no padding, scaled to length 1."""
    import torch

    class MeanVector(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            states = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            weights = attention_mask.unsqueeze(-1).to(states.dtype)
            means = (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(means, dim=-1)

    return MeanVector().eval()
