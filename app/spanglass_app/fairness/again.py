"""A model asked the same prompts about other people, within a budget of calls.

Every prompt is asked twice as it is: how far two answers to the same prompt differ is the noise that the gaps between
groups stand in. A model that answers alike when asked again has none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from spanglass_app.compare.prompt import Prompt
from spanglass_app.compare.variant import Answer, Variant
from spanglass_collector.errors import ConfigurationError
from spanglass_evaluators.bias.counterfactual import Exchange, compared, judged, variants_of
from spanglass_evaluators.bias.counterfactual import Variant as Reworded
from spanglass_evaluators.bias.swap import Swapped
from spanglass_evaluators.bias.swap_gap import Scored
from spanglass_evaluators.contract import SpanEvaluator

ASKED_AGAIN = "same prompt"

# Stands between the messages of a prompt while they are swapped as one text.
_BETWEEN = "\n\x1d\n"


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt as it is (`swapped` None: asked again) or about another group. `text`: the number of the prompt."""

    text: int
    prompt: Prompt
    swapped: Swapped | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Answers by question, the first answer to each prompt, and what the budget left out."""

    first: Sequence[Answer]
    questions: Sequence[tuple[Question, Answer]]
    prompts: Sequence[Prompt]
    left_out: int

    @property
    def failed(self) -> int:
        return sum(bool(answer.error) for answer in [*self.first, *(answer for _, answer in self.questions)])


def plan(prompts: Sequence[Prompt], axes: Sequence[str], swaps_per_text: int) -> list[list[Question]]:
    """For each prompt that names a group: itself again, then its swaps. Raises ConfigurationError for other media."""
    exchanges = [Exchange(_joined(prompt), "") for prompt in prompts]
    planned: dict[int, list[Question]] = {}
    for variant in variants_of(exchanges, axes, swaps_per_text):
        prompt = prompts[variant.text]
        questions = planned.setdefault(variant.text, [Question(variant.text, prompt, None)])
        questions.append(Question(variant.text, _reworded(prompt, variant), variant.swapped))
    return list(planned.values())


def ask(
    model: Variant, planned: Sequence[Sequence[Question]], *, budget: int, max_tokens: int, done: Callable[[], None]
) -> Asked:
    """At most `budget` calls, prompt by prompt; a prompt whose first answer failed is not asked about further."""
    first: list[Answer] = []
    answered: list[tuple[Question, Answer]] = []
    prompts: list[Prompt] = []
    left = budget

    def answer(prompt: Prompt) -> Answer:
        nonlocal left
        left -= 1
        done()
        return model.answer(prompt, max_tokens)

    for questions in planned:
        if left < 3:  # itself, itself again and one swap, or there is nothing to compare
            break
        number = len(first)
        prompts.append(questions[0].prompt)
        first.append(answer(questions[0].prompt))
        if not first[-1].error:
            answered += [(replace(q, text=number), answer(q.prompt)) for q in questions[:left]]
    total = sum(len(questions) for questions in planned)
    return Asked(first, answered, prompts, total - len(answered))


def scored(evaluator: SpanEvaluator, asked: Asked) -> list[Scored]:
    """The evaluator's verdict on each answer against that on the first answer to the same prompt."""
    before = judged(evaluator, [Exchange(p.text, a.text) for p, a in zip(asked.prompts, asked.first, strict=True)])
    after = judged(evaluator, [Exchange(q.prompt.text, a.text) for q, a in asked.questions])
    again = Swapped(ASKED_AGAIN, "first", "again", "", False)
    return [
        compared(q.text, q.swapped or again, before[q.text], None if answer.error else verdict)
        for (q, answer), verdict in zip(asked.questions, after, strict=True)
    ]


def _joined(prompt: Prompt) -> str:
    contents = [message.get("content") for message in prompt.messages]
    if not all(isinstance(content, str) for content in contents):
        raise ConfigurationError("only prompts of text can be swapped: a message has other content")
    return _BETWEEN.join(map(str, contents))


def _reworded(prompt: Prompt, variant: Reworded) -> Prompt:
    contents = variant.exchange.asked.split(_BETWEEN)
    messages = [{**m, "content": content} for m, content in zip(prompt.messages, contents, strict=True)]
    return replace(prompt, messages=messages)
