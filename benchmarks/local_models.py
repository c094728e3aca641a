"""How fast local models are: networks of BERT-base's and MiniLM's size with random weights, and the linear model.

    python benchmarks/local_models.py [--texts 64] [--sizes minilm bert-base] [--threads 0]

Texts of about 100 tokens. Prints texts/s by the clock and by processor time (what a quiet machine would give, about),
the memory that opening took in a process of its own, the size on disk and what int8 changed.
Weights are random: speed does not depend on them, quality is not measured here.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from spanglass_evaluators.models import embedding
from spanglass_evaluators.models.classifier import Classifier
from spanglass_evaluators.models.network import Network
from spanglass_evaluators.models.preparing.prepare import Wanted, prepare
from spanglass_evaluators.models.session import Placement, cores
from spanglass_evaluators.toxicity.model import ToxicityModel

SIZES = {
    "minilm": {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536},
    "bert-base": {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072},
}
TARGETS = {"minilm": 100, "bert-base": 40, "linear": 10_000}
VOCABULARY = 30_522
TOKENS = 100


def main() -> None:
    arguments = parse_arguments()
    print(f"{cores()} cores, load {os.getloadavg()[0]:.1f} when it began, about {TOKENS} tokens a text\n")
    print("| model | precision | texts/s | by processor time | target | memory | on disk | largest difference |")
    print("|---|---|---|---|---|---|---|---|")
    texts = write_texts(arguments.texts)
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure_network(size, Path(folder), texts, arguments)
    measure_callable("linear", lambda: ToxicityModel.load().score, write_texts(2000))
    measure_callable("built-in embedding", embedding.load, write_texts(500))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=64)
    parser.add_argument("--sizes", nargs="*", choices=SIZES, default=list(SIZES))
    parser.add_argument("--precisions", nargs="*", choices=("int8", "fp32"), default=["int8"])
    parser.add_argument("--threads", type=int, default=0)
    return parser.parse_args()


def write_texts(count: int) -> list[str]:
    """About 100 words each, every one a token of the vocabulary below."""
    random = np.random.default_rng(0)
    lengths = random.integers(70, 130, count)
    return [" ".join(f"w{word}" for word in random.integers(0, 20_000, length)) for length in lengths]


def write_model(size: str, folder: Path) -> Path:
    """A folder as transformers saves it."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"w{n}" for n in range(VOCABULARY - 5))]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    torch.manual_seed(0)
    config = BertConfig(vocab_size=VOCABULARY, num_labels=6, problem_type="multi_label_classification", **SIZES[size])
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizer.from_pretrained(folder).save_pretrained(folder)
    return folder


def measure_network(size: str, folder: Path, texts: list[str], arguments: argparse.Namespace) -> None:
    wanted = Wanted(size, "classifier", write_model(size, folder / "source"), keep="both")
    stated = prepare(wanted, folder / "cache")
    for precision in arguments.precisions:
        cache = folder / "cache" / size
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
            (rate, by_cpu), memory_bytes = fresh.submit(run, cache, precision, arguments.threads, texts).result()
        size_mb = (cache / f"model.{precision}.onnx").stat().st_size / 1e6
        memory = "unknown" if memory_bytes is None else f"{memory_bytes / 1e6:.0f} MB"
        loss = f"{stated.loss[precision].largest:.4f}"
        rates = f"{rate:.0f} | {by_cpu:.0f} | {TARGETS[size]}"
        print(f"| {size} | {precision} | {rates} | {memory} | {size_mb:.0f} MB | {loss} |")


def run(cache: Path, precision: str, threads: int, texts: list[str]) -> tuple[tuple[float, float], int | None]:
    """In a process that has never held torch: texts/s by the clock and by processor time; bytes that opening took."""
    network = open_as(cache, precision, threads)
    return texts_per_second(Classifier(network), texts, threads or cores()), network.memory_bytes


def open_as(folder: Path, precision: str, threads: int) -> Network:
    """The folder with one precision only, so that this one is opened."""
    other = {"int8": "fp32", "fp32": "int8"}[precision]
    hidden = folder / f"model.{other}.onnx"
    manifest = folder / "manifest.json"
    before = manifest.read_text(encoding="utf-8")
    manifest.write_text(before.replace(f'"{hidden.name}"', '"unused"'), encoding="utf-8")
    try:
        return Network(folder, Placement("cpu", threads))
    finally:
        manifest.write_text(before, encoding="utf-8")


def texts_per_second(model: Classifier, texts: list[str], threads: int) -> tuple[float, float]:
    """The best of two passes over texts that the model does not remember."""
    by_clock, by_cpu = [], []
    for turn in range(2):
        fresh = [f"w{turn} {text}" for text in texts]
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        model.probabilities(fresh)
        by_clock.append(len(texts) / (time.perf_counter() - began_s))
        by_cpu.append(len(texts) * threads / (time.process_time() - began_cpu_s))
    return max(by_clock), max(by_cpu)


def measure_callable(name: str, load: Callable[[], Callable[[list[str]], object]], texts: list[str]) -> None:
    """One thread."""
    score = load()
    score(texts[:50])
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    score(texts)
    rate, by_cpu = (len(texts) / (now - then) for now, then in
                    ((time.perf_counter(), began_s), (time.process_time(), began_cpu_s)))  # fmt: skip
    print(f"| {name} | | {rate:.0f} | {by_cpu:.0f} | {TARGETS.get(name, '')} | | | |")


if __name__ == "__main__":
    main()
