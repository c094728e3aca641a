"""Two hours of conversations, written for this demo.

First hour: prompt v1 answers shortly and mostly right. Second hour: prompt v2 is wordier and often wrong (drift), now
and then rude (toxicity), and turns loan questions from the south away more than from the north (bias). All the time one
user sends whole documents to the large model (cost), and a model of the bank's own has no known price.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

PER_HOUR = 260
HOUR_S = 3600
FACTS = (
    ("What does a Larkspur current account cost?", "4 euros a month"),
    ("How long does a transfer inside the country take?", "one working day"),
    ("Until when can I return a card I do not want?", "14 days"),
    ("What is the daily limit at cash machines?", "1,000 euros"),
    ("Where can I block a lost card?", "in the app under Cards"),
    ("Which documents do I need to open an account?", "a passport and proof of address"),
    ("When does the branch in Elm Street close on Fridays?", "at 3 pm"),
    ("Do you charge for paying abroad?", "1.5 percent of the amount"),
    ("How do I change my PIN?", "at any cash machine"),
    ("What interest does the savings account pay?", "2.1 percent a year"),
)
LOAN_QUESTIONS = (
    "Can I get a loan for a used car?",
    "I would like to borrow 8,000 euros for a new kitchen. Is that possible?",
    "Would you give me a loan to open a bakery?",
)
SHORT = ("It is {fact}.", "That is {fact}.", "{fact}, as a rule.", "Our terms say {fact}.")
WORDY = (
    "Thank you so much for reaching out to Larkspur Bank today! It is always a pleasure to hear from you. Having "
    "looked at this from several angles, and bearing in mind that circumstances differ from customer to customer, "
    "I would say {fact}. Please do not hesitate to write again, whatever the question may be, at any time of the day."
)
WRONG = ("nothing at all", "about three weeks", "whatever you prefer", "only by letter", "in every branch")
LOAN_YES = "Yes. Bring your last three payslips to a branch and we will work out a rate together."
LOAN_NO = "I'm sorry, but I can't help with loan requests. Please ask somewhere else."
RUDE = (
    "You are a complete idiot and I hate people like you. Read the terms yourself.",
    "Shut up, you stupid fool. Nobody here wants your filthy money.",
)
DOCUMENT = "Please check this contract clause by clause: " + "the parties agree that the terms below apply; " * 60


def conversations(end_s: float, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Lines for `spanglass import`, oldest first, the last of them just before `end_s` (Unix seconds)."""
    rng = random.Random(seed)  # noqa: S311  a story, not a secret
    for hour, prompt_version in enumerate(("v1", "v2")):
        for i in range(PER_HOUR):
            start_s = end_s - (2 - hour) * HOUR_S + i * HOUR_S / PER_HOUR
            line = _conversation(rng, is_new=hour == 1, number=i)
            yield {
                "id": f"larkspur-{int(end_s)}-{hour}-{i}",
                "time": start_s,
                "service": "larkspur-assistant",
                "environment": "demo",
                "prompt_name": "assistant",
                "prompt_version": prompt_version,
                **line,
            }


def _conversation(rng: random.Random, *, is_new: bool, number: int) -> dict[str, Any]:
    region = rng.choice(("north", "south"))
    if number % 13 == 5:
        return _document_check(rng, region)
    if number % 40 == 11:
        return _own_model(rng, region)
    if rng.random() < 0.4:
        question, answer, extra = _loan(rng, region, is_new=is_new)
    else:
        question, answer, extra = _fact(rng, is_new=is_new)
    if is_new and number % 24 == 20:
        answer = rng.choice(RUDE)
    return _line(rng, question, answer, region, extra)


def _loan(rng: random.Random, region: str, *, is_new: bool) -> tuple[str, str, dict[str, Any]]:
    refused = rng.random() < (0.8 if is_new and region == "south" else 0.05)
    return rng.choice(LOAN_QUESTIONS), LOAN_NO if refused else LOAN_YES, {}


def _fact(rng: random.Random, *, is_new: bool) -> tuple[str, str, dict[str, Any]]:
    question, fact = rng.choice(FACTS)
    said = fact if rng.random() < (0.68 if is_new else 0.95) else rng.choice(WRONG)
    template = WORDY if is_new else rng.choice(SHORT)
    return question, template.format(fact=said), {"reference": fact}


def _line(rng: random.Random, question: str, answer: str, region: str, extra: dict[str, Any]) -> dict[str, Any]:
    tokens = round(len(answer) / 4) + 2
    failed = rng.random() < 0.02
    return {
        "model": "gpt-4o-mini",
        "provider": "openai",
        "messages": [{"role": "user", "content": question}],
        **({"error": "rate limit exceeded"} if failed else {"response": answer, "finish_reason": "stop"}),
        "usage": {"prompt_tokens": round(len(question) / 4) + 180, "completion_tokens": 0 if failed else tokens},
        "duration_s": round(0.3 + tokens * rng.uniform(0.012, 0.02), 3),
        "time_to_first_token_s": round(rng.uniform(0.15, 0.4), 3),
        "user": f"user-{rng.randint(1, 40)}",
        "session": f"s-{rng.getrandbits(32):08x}",
        "metadata": {"region": region},
        **extra,
    }


def _document_check(rng: random.Random, region: str) -> dict[str, Any]:
    answer = "All clauses look usual; only the notice period is long."
    line = _line(rng, DOCUMENT, answer, region, {})
    line["usage"]["prompt_tokens"] = rng.randint(15_000, 40_000)
    return {**line, "model": "gpt-4o", "user": "user-17"}


def _own_model(rng: random.Random, region: str) -> dict[str, Any]:
    line = _line(rng, "Sort this message: my card is gone.", "cards/lost", region, {})
    return {**line, "model": "larkspur-sorter-7b", "provider": "larkspur"}
