"""A two-layer GPT-2 with random weights and a character tokenizer: real code, nothing to download."""

from __future__ import annotations

from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

CHARACTERS = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;!?+='-\n"
CONTEXT = 64


def tokenizer() -> Any:
    vocabulary = {"<pad>": 0, "<end>": 1, "<unk>": 2, **{c: i + 3 for i, c in enumerate(CHARACTERS)}}
    characters = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    characters.pre_tokenizer = pre_tokenizers.Split(Regex("(?m)."), "isolated")
    characters.decoder = decoders.Fuse()
    special = {"pad_token": "<pad>", "eos_token": "<end>", "unk_token": "<unk>"}
    return PreTrainedTokenizerFast(tokenizer_object=characters, padding_side="left", **special)


def gpt2(words: Any, seed: int = 0) -> Any:
    torch.manual_seed(seed)
    special = {"bos_token_id": 1, "eos_token_id": 1, "pad_token_id": 0}
    config = GPT2Config(vocab_size=len(words), n_positions=CONTEXT, n_embd=64, n_layer=2, n_head=4, **special)
    return GPT2LMHeadModel(config)


class Examples(torch.utils.data.Dataset[dict[str, Any]]):
    """Question and answer as one text a row; the model learns the whole of it."""

    def __init__(self, words: Any, chats: list[list[dict[str, str]]]) -> None:
        texts = [f"{chat[-2]['content']} {chat[-1]['content']}{words.eos_token}" for chat in chats]
        options = {"truncation": True, "max_length": CONTEXT, "padding": "max_length", "return_tensors": "pt"}
        self._rows = words(texts, **options)

    def __len__(self) -> int:
        return len(self._rows["input_ids"])

    def __getitem__(self, index: int) -> dict[str, Any]:
        ids, mask = self._rows["input_ids"][index], self._rows["attention_mask"][index]
        return {"input_ids": ids, "attention_mask": mask, "labels": ids.masked_fill(mask == 0, -100)}
