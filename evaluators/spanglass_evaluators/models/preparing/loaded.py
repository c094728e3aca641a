"""A model as torch has it, ready for export, whatever it was read from."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.models.manifest import Kind

LONGEST = 512


@dataclass(frozen=True, slots=True)
class Loaded:
    """`network(input_ids, attention_mask)` gives values; `tokenizer` is one of transformers, with a fast backend."""

    kind: Kind
    network: Any
    tokenizer: Any
    labels: tuple[str, ...]
    max_tokens: int

    @property
    def pad_id(self) -> int:
        return int(self.tokenizer.pad_token_id or 0)


def longest_input(model: Any, tokenizer: Any) -> int:
    """Tokens the network has positions for: RoBERTa's count from behind the padding's number."""
    config = model.config
    skipped = (config.pad_token_id or 0) + 1 if "roberta" in config.model_type else 0
    return int(min(LONGEST, tokenizer.model_max_length, config.max_position_embeddings - skipped))


def copied_configuration(source: Path, target: Path, labels: tuple[str, ...]) -> None:
    """Configuration and tokenizer files, with the number of labels put right. Raises ConfigurationError."""
    if not (source / "config.json").exists():
        raise ConfigurationError(
            f"{source} has no config.json; --tokenizer names a folder with the base model's config.json and "
            "tokenizer files (vocab.txt, tokenizer.json ...)"
        )
    for file in source.iterdir():
        if file.is_file() and file.suffix in {".json", ".txt", ".model"}:
            shutil.copy(file, target / file.name)
    config = json.loads((source / "config.json").read_text(encoding="utf-8"))
    config |= {"id2label": dict(enumerate(labels)), "label2id": {name: i for i, name in enumerate(labels)}}
    config.pop("num_labels", None)
    (target / "config.json").write_text(json.dumps(config), encoding="utf-8")
