"""A small question-answering app, traced. Needs no model key: the model is a function in this file.

Start a collector (`spanglass up`), run `python examples/quickstart.py`, and look at the trace.
Without `OTEL_EXPORTER_OTLP_ENDPOINT` the spans go to http://127.0.0.1:4318.
"""

import time
from collections.abc import Iterator

import spanglass
from spanglass import current_span, score, span, trace

NOTES = {
    "refund": "Refunds are paid within 14 days of the return.",
    "shipping": "Shipping is free above 50 euros.",
}


@trace(kind="retriever")
def find_notes(question: str) -> list[str]:
    """Arguments and result are recorded as they are."""
    return [text for word, text in NOTES.items() if word in question.lower()]


@trace(kind="llm")
def ask_model(messages: list[dict[str, str]]) -> Iterator[str]:
    """Stands in for a streaming model call; the handle says what a real client would report."""
    reply = messages[0]["content"].removeprefix("Answer from these notes: ")
    for word in reply.split():
        time.sleep(0.005)
        yield word + " "
    current_span().update(
        model="demo-model",
        provider="demo",
        input_messages=messages,
        output_messages=reply,
        input_tokens=len(str(messages).split()),
        output_tokens=len(reply.split()),
        finish_reasons=["stop"],
    )


@trace(kind="agent")
def answer(question: str) -> str:
    """The whole answer: one trace with two steps inside."""
    notes = find_notes(question)
    system = "Answer from these notes: " + (" ".join(notes) or "I do not know.")
    with span("write answer", kind="chain") as step:
        text = "".join(ask_model([{"role": "system", "content": system}, {"role": "user", "content": question}]))
        step.update(output=text)
    score("found_notes", float(bool(notes)), label="grounded" if notes else "no notes")
    return text.strip()


def main() -> None:
    spanglass.init(service="quickstart", environment="demo")
    with spanglass.context(session="session-1", user="user-7", tags=["example"]):
        for question in ("How long does a refund take?", "Is shipping free?", "Who are you?"):
            print(f"{question}\n  {answer(question)}")
    spanglass.flush()
    print(spanglass.stats())


if __name__ == "__main__":
    main()
