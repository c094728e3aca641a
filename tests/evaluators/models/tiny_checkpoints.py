"""Tiny networks with random weights, written the way people have them: Detoxify checkpoints, saved folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WORDS = [
    "the",
    "a",
    "you",
    "are",
    "an",
    "idiot",
    "nobody",
    "likes",
    "thank",
    "that",
    "was",
    "helpful",
    "museum",
    "opens",
]
LABELS = ["toxicity", "severe_toxicity", "threat"]
_SHAPE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
_SPREAD = 0.4  # of the random weights: with the usual 0.02 every text would get the same value


def bert_base(folder: Path) -> Any:
    """config.json and vocab.txt, as of bert-base-uncased; returns the configuration."""
    from transformers import BertConfig, BertTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    letters = [chr(c) for c in range(97, 123)]
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *letters, *("##" + c for c in letters)]
    vocabulary = list(dict.fromkeys(vocabulary))
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    config = BertConfig(vocab_size=len(vocabulary), max_position_embeddings=64, initializer_range=_SPREAD, **_SHAPE)
    config.save_pretrained(folder)
    BertTokenizer.from_pretrained(folder).save_pretrained(folder)
    return config


def roberta_base(folder: Path) -> Any:
    """config.json and tokenizer.json of a byte-level BPE, as of roberta-base."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import RobertaConfig, RobertaTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    symbols = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *alphabet]
    vocabulary = {symbol: i for i, symbol in enumerate(symbols)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    tokenizer.save(str(folder / "tokenizer.json"))
    RobertaTokenizer.from_pretrained(folder).save_pretrained(folder)
    config = RobertaConfig(vocab_size=len(vocabulary), max_position_embeddings=66, initializer_range=_SPREAD,
                           type_vocab_size=1, bos_token_id=0, pad_token_id=1, eos_token_id=2, **_SHAPE)  # fmt: skip
    config.save_pretrained(folder)
    return config


def xlm_roberta_base(folder: Path) -> Any:
    """config.json and tokenizer.json of a unigram model, as of xlm-roberta-base."""
    from transformers import XLMRobertaConfig, XLMRobertaTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    pieces = [*("▁" + word for word in WORDS), "▁", *map(chr, range(97, 123))]
    vocabulary = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((p, -2.0) for p in pieces)]
    XLMRobertaTokenizer(vocab=[*vocabulary, ("<mask>", 0.0)]).save_pretrained(folder)
    config = XLMRobertaConfig(vocab_size=len(vocabulary) + 1, max_position_embeddings=66, initializer_range=_SPREAD,
                              type_vocab_size=1, bos_token_id=0, pad_token_id=1, eos_token_id=2, **_SHAPE)  # fmt: skip
    config.save_pretrained(folder)
    return config


BASES = {
    "original": (bert_base, "BertForSequenceClassification", "BertTokenizer"),
    "unbiased": (roberta_base, "RobertaForSequenceClassification", "RobertaTokenizer"),
    "multilingual": (xlm_roberta_base, "XLMRobertaForSequenceClassification", "XLMRobertaTokenizer"),
}


def detoxify_checkpoint(folder: Path, variant: str = "original") -> Path:
    """A checkpoint with its base model's files beside it; the class names are the older ones of Detoxify."""
    import torch
    import transformers

    write_base, model_name, tokenizer_name = BASES[variant]
    config = write_base(folder)
    config.num_labels = len(LABELS)
    torch.manual_seed(1)
    model = getattr(transformers, model_name)(config)
    arguments = {"num_classes": len(LABELS), "model_type": f"{variant}-base", "model_name": model_name,
                 "tokenizer_name": tokenizer_name}  # fmt: skip
    content = {
        "config": {"arch": {"args": arguments}, "dataset": {"args": {"classes": ["toxic", "severe_toxic", "threat"]}}},
        "state_dict": model.state_dict(),
    }
    path = folder / f"{variant}.ckpt"
    torch.save(content, path)
    return path


def sentence_model(folder: Path) -> Path:
    """A saved folder of a sentence-embedding network."""
    import torch
    from transformers import BertModel

    config = bert_base(folder)
    torch.manual_seed(2)
    BertModel(config).save_pretrained(folder)
    return folder
