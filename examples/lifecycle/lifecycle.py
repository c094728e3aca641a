"""Traffic → dataset → fine-tune → model version → deployment → traffic → next dataset, joined by one query.

Run it with `make lifecycle`. It starts a collector of its own in a temporary folder, and stops it at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import spanglass
from spanglass.feedback import feedback
from spanglass.lineage import journal
from spanglass.registry import ModelRef, get_prompt, promote, record_deployment
from spanglass.serving import served_by

PROMPT = "Sum: {a}+{b}="


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=300, help="training steps")
    parser.add_argument("--questions", type=int, default=200, help="questions before the fine-tune")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, collector(Path(folder)) as command:
        work = Path(folder)
        spanglass.init(service="sums", environment="example", release="1")
        rule_based_traffic(options.questions)
        data = first_dataset(command, work)
        model = fine_tune(data, work, options.steps)
        release(command, model, work)
        serve(model, work)
        next_dataset(command, model, data)
        show(command, model)


@contextmanager
def collector(folder: Path) -> Iterator[Any]:
    """A collector of our own; gives a function that runs the `spanglass` command against it."""
    ports = ["--otlp-http", "127.0.0.1:14318", "--otlp-grpc", "127.0.0.1:14317", "--sql", "127.0.0.1:18123"]
    where = ["--data-dir", str(folder / "data")]
    program = str(Path(sys.executable).with_name("spanglass"))
    process = subprocess.Popen(
        [program, "collector", *where, *ports], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:14318"
    os.environ["SPANGLASS_RECORDS_DIR"] = str(folder / "records")
    os.environ["SPANGLASS_PROMPTS_DIR"] = str(folder / "prompts")
    os.environ |= {"SPANGLASS_OTLP_HTTP": "127.0.0.1:14318", "SPANGLASS_SQL": "127.0.0.1:18123"}

    def command(*words: str) -> str:
        print(f"$ spanglass {' '.join(words)}")
        done = subprocess.run([program, *words, *where], check=True, stdout=subprocess.PIPE, text=True)
        print(done.stdout)
        return done.stdout

    try:
        wait_until_ready(process)
        yield command
    finally:
        spanglass.shutdown()
        process.terminate()
        process.wait(timeout=30)


def wait_until_ready(process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen("http://127.0.0.1:14318/readyz", timeout=2):
                return
        except OSError:
            if process.poll() is not None:
                sys.exit("the collector did not start: are ports 14317, 14318 and 18123 free?")
            time.sleep(0.2)
    sys.exit("the collector is not ready after a minute")


def rule_based_traffic(questions: int) -> None:
    """The old assistant forgets to carry; whoever asked corrects it, or likes the answer."""
    chance = random.Random(7)
    for number in range(questions):
        a, b = chance.randint(0, 49), chance.randint(0, 49)
        carries_wrongly = number % 3 == 0
        with spanglass.span(f"sum {number}", kind="chain"):
            question, right = f"Sum: {a}+{b}=", str(a + b)
            answer = rule_based_answer(question, str(a + b - 10) if carries_wrongly and a + b >= 10 else right)
            if answer["text"] == right:
                feedback("up", **answer["ids"])
            else:
                feedback("down", correction=right, **answer["ids"])
    spanglass.flush()


def rule_based_answer(question: str, text: str) -> dict[str, Any]:
    with spanglass.span("rules", kind="llm") as current:
        current.update(
            model="rules-1",
            input_messages=[{"role": "user", "content": question}],
            output_messages=[{"role": "assistant", "content": text}],
        )
        return {"text": text, "ids": {"trace_id": current.trace_id, "span_id": current.span_id}}


def first_dataset(command: Any, work: Path) -> str:
    """Corrected answers as they should have been, on top of a version with those that people liked."""
    liked = command("dataset", "from-traces", "sums", "--thumbs", "up").split(":")[0]
    name = str(command("dataset", "from-traces", "sums", "--corrected", "--parent", liked).split(":")[0])
    for split in ("train", "validation"):
        command("dataset", "export", name, "--split", split, "-o", str(work / f"{split}.jsonl"))
    return name


def fine_tune(data: str, work: Path, steps: int) -> ModelRef:
    from tiny import Examples, gpt2, tokenizer
    from transformers import Trainer, TrainingArguments

    from spanglass.training import training_run
    from spanglass.training.transformers import SpanglassCallback

    words = tokenizer()
    train, validation = (
        Examples(words, [json.loads(line)["messages"] for line in (work / f"{split}.jsonl").open()])
        for split in ("train", "validation")
    )
    arguments = TrainingArguments(
        str(work / "checkpoints"),
        max_steps=steps,
        per_device_train_batch_size=16,
        learning_rate=2e-3,
        logging_steps=20,
        eval_strategy="steps",
        eval_steps=max(1, steps // 3),
        save_steps=steps,
        seed=7,
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
        include_num_input_tokens_seen=True,
    )
    with training_run("sums tuning", dataset=work / "train.jsonl") as run:
        trainer = Trainer(
            gpt2(words), arguments, train_dataset=train, eval_dataset=validation, callbacks=[SpanglassCallback()]
        )
        trainer.train()
        ref = run.register_model(
            "sums-bot",
            work / "checkpoints" / f"checkpoint-{steps}",
            evaluation={"eval_loss": trainer.evaluate()["eval_loss"]},
            notes=f"Learns sums below 100. Trained on {data}.",
        )
    assert ref is not None
    print(f"registered {ref}, {ref.lineage_id}\n")
    return ref


def release(command: Any, model: ModelRef, work: Path) -> None:
    (work / "prompt.txt").write_text(PROMPT)
    command("prompt", "set", "sum", str(work / "prompt.txt"), "--label", "production", "--why", "first")
    promote(model, "production", why="better than the rules", who="example", key_file=signing_key(work))
    record_deployment(
        environment="example",
        service="sums",
        model=model,
        prompts={"sum": 1},
        release="2",
        who="example",
        why="first model",
    )
    journal.close()


def signing_key(work: Path) -> Path:
    """Made on the spot here; yours stays with whoever may release."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    path = work / "release.pem"
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(pem)
    return path


def serve(model: ModelRef, work: Path) -> None:
    """The model answers; wrong answers are corrected again."""
    from tiny import tokenizer
    from transformers import AutoModelForCausalLM

    from spanglass.serving.generation import generate

    weights = next((work / "checkpoints").glob("checkpoint-*"))
    served, words = AutoModelForCausalLM.from_pretrained(weights).eval(), tokenizer()
    chance = random.Random(8)
    right = 0
    for _ in range(30):
        a, b = chance.randint(0, 49), chance.randint(0, 49)
        with served_by(model, release="2"), spanglass.span("sum", kind="chain") as current:
            question = get_prompt("sum").render(a=a, b=b)
            made = generate(served, words, [question], model_version=str(model), max_new_tokens=4, do_sample=False)
            answer = made.texts[0].strip()
            right += answer == str(a + b)
            feedback("up" if answer == str(a + b) else "down", trace_id=current.trace_id, span_id=current.span_id)
    spanglass.flush()
    print(f"served 30 questions, {right} right; {made.tokens_per_second:.0f} tokens/s in the last\n")


def next_dataset(command: Any, model: ModelRef, parent: str) -> None:
    """What the model was asked in production, for the next round."""
    command("dataset", "from-traces", "sums", "--model-version", str(model), "--parent", parent)


def show(command: Any, model: ModelRef) -> None:
    command("model", "card", str(model))
    command("lineage", str(model))


if __name__ == "__main__":
    main()
