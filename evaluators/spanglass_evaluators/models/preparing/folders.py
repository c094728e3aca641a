"""Models saved in a folder by transformers or sentence-transformers: classifiers and embeddings."""

from __future__ import annotations

from pathlib import Path

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.models.preparing.loaded import Loaded, longest_input
from spanglass_evaluators.models.preparing.networks import label_probabilities, mean_vector


def load_classifier(folder: Path) -> Loaded:
    """Labels by the folder's config.json; softmax, unless it says that labels may hold together."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    _must_hold_a_model(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    labels = tuple(model.config.id2label[i] for i in range(model.config.num_labels))
    independent = model.config.problem_type == "multi_label_classification" or len(labels) == 1
    network = label_probabilities(model, independent=independent)
    return Loaded("classifier", network, tokenizer, labels, longest_input(model, tokenizer))


def load_embedding(folder: Path) -> Loaded:
    """Mean pooling and length 1, as MiniLM, MPNet and E5 sentence models do; labels are d0, d1 ..."""
    from transformers import AutoModel, AutoTokenizer

    _must_hold_a_model(folder)
    model = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    labels = tuple(f"d{i}" for i in range(model.config.hidden_size))
    return Loaded("embedding", mean_vector(model), tokenizer, labels, longest_input(model, tokenizer))


def _must_hold_a_model(folder: Path) -> None:
    if not (folder / "config.json").exists():
        raise ConfigurationError(f"{folder} holds no config.json; --checkpoint names a folder saved by transformers")
