"""Tiny language models over whole words, made on the spot: real code, nothing downloaded."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import pytest

WORDS = ["women", "men", "cook", "drive", "the", "kitchen", "truck", "in", "with", "and", "they"]


def torch() -> Any:
    """Skips without torch and transformers, fails in CI, which installs them."""
    if not os.environ.get("CI"):
        pytest.importorskip("torch", reason="pip install 'spanglass[toxicity]'")
        pytest.importorskip("transformers", reason="pip install 'spanglass[toxicity]'")
    return importlib.import_module("torch")


def _tokenizer(**special: str) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    vocabulary = {word: at for at, word in enumerate(["<unk>", *special.values(), *WORDS])}
    words = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>", **special)


def save_causal(folder: Path, sentences: list[str], steps: int = 40) -> None:
    """A GPT-2 of one layer that has read the sentences many times."""
    from transformers import GPT2Config, GPT2LMHeadModel

    torch().manual_seed(0)
    tokenizer = _tokenizer(bos_token="<s>")
    model = GPT2LMHeadModel(GPT2Config(vocab_size=len(tokenizer), n_positions=16, n_embd=16, n_layer=1, n_head=2))
    rows = torch().tensor([[tokenizer.bos_token_id, *tokenizer(s)["input_ids"]] for s in sentences])
    optimizer = torch().optim.Adam(model.parameters(), lr=0.02)
    for _ in range(steps):
        optimizer.zero_grad()
        model(rows, labels=rows).loss.backward()
        optimizer.step()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def save_masked(folder: Path) -> None:
    """A BERT of one layer with random weights."""
    from transformers import BertConfig, BertForMaskedLM

    torch().manual_seed(0)
    tokenizer = _tokenizer(mask_token="<mask>", pad_token="<pad>")
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertForMaskedLM(BertConfig(vocab_size=len(tokenizer), max_position_embeddings=16, **size)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
