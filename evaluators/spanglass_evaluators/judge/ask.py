"""A question's way to a verdict: cache, bound, call with retries, reading, one repair."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spanglass_evaluators.judge.cache import VerdictCache, question_key
from spanglass_evaluators.judge.endpoint import Completion, Endpoint, Message, ModelConfig
from spanglass_evaluators.judge.errors import Refused, Unavailable, Unreadable
from spanglass_evaluators.judge.ledger import Ledger
from spanglass_evaluators.judge.price import TokenPrice
from spanglass_evaluators.judge.prompt import Fence, Question, messages_of, repair_of, response_format
from spanglass_evaluators.judge.reply import read_reply

_FORMATS = {"auto": ("json_schema", "json_object", "text")}
_DOES_NOT_TAKE = frozenset({400, 404, 415, 422, 501})
"""Answers of endpoints that do not know `response_format`, or not this one."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a call is tried, and the longest wait between two tries that is worth it, in seconds."""

    attempts: int = 4
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`verdict`: an object that fits the question's schema, without the code; None when the model declined.

    `usd` is None where the price or the tokens are unknown, 0 for a verdict out of the cache.
    """

    verdict: dict[str, Any] | None
    usd: float | None
    calls: int
    input_tokens: int | None = None
    output_tokens: int | None = None


class Judge:
    """One model that answers questions. Thread-safe. `name` is the model's."""

    def __init__(
        self,
        config: ModelConfig,
        endpoint: Endpoint,
        ledger: Ledger,
        *,
        cache: VerdictCache | None,
        price: TokenPrice | None,
        patience: Patience | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.config = config
        self._endpoint, self._ledger, self._cache, self._price = endpoint, ledger, cache, price
        self._patience = patience or Patience()
        self._wait = wait
        self._formats = list(_FORMATS.get(config.reply_format, (config.reply_format,)))

    def ask(self, question: Question, *, afresh: bool = False) -> Answer:
        """`afresh`: not from the cache, though into it. Raises JudgeError."""
        key = question_key(self.config, question)
        known = None if afresh or self._cache is None else self._cache.get(key)
        if known is not None:
            return Answer(known, 0.0, 0)
        conversation = _Conversation(self, question)
        verdict = conversation.verdict()
        if verdict is not None and self._cache is not None:
            self._cache.put(key, verdict)
        return conversation.answer(verdict)

    def complete(self, messages: list[Message], question: Question) -> Completion:
        """Ask in the strictest format that the endpoint takes, and remember which that is."""
        while True:
            kind = self._formats[0]
            try:
                return self._complete_patiently(messages, response_format(question, kind))
            except Refused as error:
                if len(self._formats) == 1 or error.status not in _DOES_NOT_TAKE:
                    raise
                if self._formats[0] == kind:  # another thread may have found out first
                    self._formats = self._formats[1:]

    def _complete_patiently(self, messages: list[Message], form: dict[str, Any] | None) -> Completion:
        patience = self._patience
        for attempt in range(patience.attempts):
            try:
                return self._complete_once(messages, form)
            except Unavailable as error:
                wait_s = error.wait_s
                if wait_s is None:
                    wait_s = patience.first_wait_s * 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311
                if attempt + 1 == patience.attempts or wait_s > patience.longest_wait_s:
                    raise
                self._wait(wait_s)
        raise Unavailable("attempts = 0: the judge was not asked")

    def _complete_once(self, messages: list[Message], form: dict[str, Any] | None) -> Completion:
        most_usd = self._price.most(messages, self.config.max_tokens) if self._price else None
        entry = self._ledger.enter(most_usd)
        try:
            completion = self._endpoint.complete(messages, form)
        except (Unavailable, Refused) as error:
            if not getattr(error, "billed", False):
                entry.settle(0.0)
            raise
        usd = self.usd_of(completion)
        if usd is not None:
            entry.settle(usd)
        return completion

    def usd_of(self, completion: Completion) -> float | None:
        return self._price.of(completion) if self._price else None


class _Conversation:
    """One question and, where the reply was no verdict, one repair; adds up what both cost."""

    def __init__(self, judge: Judge, question: Question) -> None:
        self._judge, self._question = judge, question
        self._completions: list[Completion] = []

    def verdict(self) -> dict[str, Any] | None:
        fence = Fence.for_texts(self._question)
        messages = messages_of(self._question, fence)
        said = self._say(messages)
        if _declined(said):
            return None
        try:
            return self._read(said, fence)
        except Unreadable as error:
            again = self._say([*messages, *repair_of(said.text, str(error), fence)])
            return None if _declined(again) else self._read(again, fence)

    def answer(self, verdict: dict[str, Any] | None) -> Answer:
        usd = [self._judge.usd_of(each) for each in self._completions]
        return Answer(
            verdict,
            None if None in usd else sum(u for u in usd if u is not None),
            len(self._completions),
            _sum([each.input_tokens for each in self._completions]),
            _sum([each.output_tokens for each in self._completions]),
        )

    def _say(self, messages: list[Message]) -> Completion:
        said = self._judge.complete(messages, self._question)
        self._completions.append(said)
        return said

    def _read(self, said: Completion, fence: Fence) -> dict[str, Any]:
        try:
            reply = read_reply(said.text, self._question.schema, fence.code)
        except Unreadable as error:
            raise Unreadable(
                f"{error}; it was cut off: raise max_tokens" if said.finish == "length" else str(error)
            ) from error
        return {name: value for name, value in reply.items() if name != "code"}


def _declined(said: Completion) -> bool:
    return bool(said.refusal) or said.finish == "content_filter"


def _sum(counts: list[int | None]) -> int | None:
    return None if None in counts else sum(count for count in counts if count is not None)
