"""Four scores of a session: `user_frustration`, `resolution`, `abandonment`, `repeated_questions`.

Rules over the user's and the model's words (cues.py, turns.py); what they cannot tell has no value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.quality.conversation.cues import frustration, gives_up, hands_over, is_thankful
from spanglass_evaluators.quality.conversation.turns import COLUMNS, WHERE, Turn, turns_of
from spanglass_evaluators.quality.refusal.evaluator import judge as judge_refusal
from spanglass_evaluators.quality.rule import NoSettings, Rule
from spanglass_evaluators.quality.text.words import content_stems, words_of

_OPENING_CHARS = 320
_FEWEST_STEMS = 3
_COMPARED_TURNS = 200


@dataclass(frozen=True, slots=True)
class FrustrationConfig:
    """`threshold`: `frustrated` from here on."""

    threshold: float = 0.5


def judge_frustration(config: FrustrationConfig, turns: Sequence[Turn]) -> Judgement:
    """Value: the most annoyed message; the explanation says which turn it is."""
    values = [frustration(turn.question) for turn in turns]
    worst = max(values)
    label = "frustrated" if worst >= config.threshold else "calm"
    return Judgement(worst, label, f"turn {values.index(worst) + 1} of {len(turns)}")


def judge_resolution(_config: NoSettings, turns: Sequence[Turn]) -> Judgement:
    """1 `resolved` (the user says so), 0 (`gave_up`, `frustrated`, `handed_over`, `refused`, `failed`), else None."""
    last = turns[-1]
    if gives_up(last.question):
        return Judgement(0.0, "gave_up")
    if last.failed or not last.answer:
        return Judgement(0.0, "failed")
    if any(hands_over(turn.answer) for turn in turns[-2:]):
        return Judgement(0.0, "handed_over")
    if len(turns) > 1 and is_thankful(last.question):
        return Judgement(1.0, "resolved")
    if frustration(last.question) >= 0.5:
        return Judgement(0.0, "frustrated")
    if judge_refusal(last.answer, last.question, _OPENING_CHARS).value:
        return Judgement(0.0, "refused")
    return Judgement(None, "unknown")


def judge_abandonment(_config: NoSettings, turns: Sequence[Turn]) -> Judgement:
    """1 when the user left before the end: `unanswered`, `gave_up`, or `question_left` open by the assistant."""
    last = turns[-1]
    if last.failed or not last.answer:
        return Judgement(1.0, "unanswered")
    if gives_up(last.question):
        return Judgement(1.0, "gave_up")
    asks = last.answer.rstrip().endswith("?")
    offers = is_thankful(last.question)  # then "anything else?" is politeness
    return Judgement(1.0, "question_left") if asks and not offers else Judgement(0.0, "completed")


@dataclass(frozen=True, slots=True)
class RepeatedQuestionsConfig:
    """`similarity`: Jaccard index of content stems from which two messages ask the same."""

    similarity: float = 0.6


def judge_repeated(config: RepeatedQuestionsConfig, turns: Sequence[Turn]) -> Judgement:
    """Value: the share of the user's messages (after the first) that ask again what was asked before."""
    stems = [frozenset(content_stems(words_of(turn.question))) for turn in turns[:_COMPARED_TURNS]]
    asked = [one for one in stems if len(one) >= _FEWEST_STEMS]
    if len(asked) < 2:
        return Judgement(None, "one_question")
    again = sum(any(_alike(one, other, config) for other in asked[:at]) for at, one in enumerate(asked))
    return Judgement(again / (len(asked) - 1), "repeats" if again else "new_each_time", f"{again} of {len(asked)}")


def _alike(one: frozenset[str], other: frozenset[str], config: RepeatedQuestionsConfig) -> bool:
    return len(one & other) >= config.similarity * len(one | other)


def _session(name: str, judge: Callable[..., Judgement], config: type = NoSettings) -> Rule:
    def judge_session(
        settings: object,
        kinds: Sequence[str],
        questions: Sequence[str],
        answers: Sequence[str],
        statuses: Sequence[str],
    ) -> Judgement:
        turns = turns_of(kinds, questions, answers, statuses)
        return judge(settings, turns) if turns else Judgement(None, "no_turns")

    return Rule(name, judge_session, columns=COLUMNS, config=config, where=WHERE, target="session")


FRUSTRATION_RULE = _session("user_frustration", judge_frustration, FrustrationConfig)
RESOLUTION_RULE = _session("resolution", judge_resolution)
ABANDONMENT_RULE = _session("abandonment", judge_abandonment)
REPEATED_RULE = _session("repeated_questions", judge_repeated, RepeatedQuestionsConfig)
