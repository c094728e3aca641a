"""Language models as scorers of sentence pairs (extra `toxicity` or `training`: torch and transformers).

A masked model gives each word of the sentence a probability with that word alone hidden, and only the words that both
sentences share are counted (the pseudo-log-likelihood of CrowS-Pairs). A causal model: its likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from spanglass_evaluators.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class CausalScorer:
    """Sum of log P(token | tokens before it); a beginning-of-text token in front where the tokenizer has one."""

    model: Any
    tokenizer: Any

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[float, float]]:
        return [(self._likelihood(more), self._likelihood(less)) for more, less in pairs]

    def _likelihood(self, sentence: str) -> float:
        import torch

        ids = self.tokenizer(sentence, add_special_tokens=False)["input_ids"]
        start = self.tokenizer.bos_token_id
        whole = torch.tensor([ids if start is None else [start, *ids]])
        if whole.shape[1] < 2:
            return float("nan")
        with torch.no_grad():
            logits = self.model(whole).logits[0, :-1]
        chosen = logits.log_softmax(-1).gather(1, whole[0, 1:, None])
        return float(chosen.sum())


@dataclass(frozen=True, slots=True)
class MaskedScorer:
    """Sum of log P(token | all others) over the tokens that both sentences share."""

    model: Any
    tokenizer: Any

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[float, float]]:
        return [self._scores(*pair) for pair in pairs]

    def _scores(self, more: str, less: str) -> tuple[float, float]:
        ids = [self.tokenizer(sentence)["input_ids"] for sentence in (more, less)]
        blocks = SequenceMatcher(a=ids[0], b=ids[1], autojunk=False).get_matching_blocks()
        shared = [(block.a + k, block.b + k) for block in blocks for k in range(block.size)]
        first, second = zip(*shared, strict=True) if shared else ((), ())
        return self._pseudo_likelihood(ids[0], first), self._pseudo_likelihood(ids[1], second)

    def _pseudo_likelihood(self, ids: list[int], places: Sequence[int]) -> float:
        import torch

        special = set(self.tokenizer.all_special_ids)
        hidden = [place for place in places if ids[place] not in special]
        if not hidden:
            return float("nan")
        rows = torch.tensor([ids] * len(hidden))
        at = torch.arange(len(hidden))
        rows[at, hidden] = self.tokenizer.mask_token_id
        with torch.no_grad():
            logits = self.model(rows).logits[at, hidden]
        return float(logits.log_softmax(-1)[at, [ids[place] for place in hidden]].sum())


def load_scorer(folder: Path) -> CausalScorer | MaskedScorer:
    """The scorer of a model saved by transformers; nothing is downloaded. Raises ConfigurationError."""
    try:
        import transformers
    except ImportError as error:
        raise ConfigurationError('language models need: pip install "spanglass[toxicity]"') from error
    if not (folder / "config.json").exists():
        raise ConfigurationError(f"{folder} is no model: there is no config.json in it")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    is_masked = tokenizer.mask_token_id is not None
    kind = transformers.AutoModelForMaskedLM if is_masked else transformers.AutoModelForCausalLM
    model = kind.from_pretrained(folder, local_files_only=True).eval()
    return MaskedScorer(model, tokenizer) if is_masked else CausalScorer(model, tokenizer)
