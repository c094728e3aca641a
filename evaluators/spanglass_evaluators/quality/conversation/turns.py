"""The turns of a session out of its model calls: what the user said, what was answered, in order.

Every model call repeats the user's last message (an agent makes many calls for one); a message that is repeated
without an answer between counts once. Of several calls for one message the last that said something is the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """`answer` is '' when there was none; `failed`: the last call for this message ended in an error."""

    question: str
    answer: str
    failed: bool = False


def turns_of(
    kinds: Sequence[str], questions: Sequence[str], answers: Sequence[str], statuses: Sequence[str]
) -> list[Turn]:
    """One turn a user message, from the columns of a session's spans; only model calls count."""
    turns: list[Turn] = []
    for kind, question, answer, status in zip(kinds, questions, answers, statuses, strict=True):
        if kind != "llm" or not question.strip():
            continue
        failed, said = status == "Error", answer.strip()
        before = turns[-1] if turns else None
        if before and before.question == question and (not before.answer or before.failed or not said):
            turns[-1] = Turn(question, said or before.answer, failed and not said)
        elif before and before.question == question and said == before.answer:
            continue
        else:
            turns.append(Turn(question, said, failed and not said))
    return turns


COLUMNS = ("Kind", "input_text", "output_text", "StatusCode")
WHERE = "Kind = 'llm' AND (InputMessages != '' OR Input != '')"
