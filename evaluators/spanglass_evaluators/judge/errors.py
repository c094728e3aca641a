"""Why a judge gave no verdict. No message quotes a prompt or an answer: they end up in rows and logs.

JudgeError(EvaluationError)
├── Unavailable        the endpoint was away, busy or slow; asking again may help (`retryable`)
├── Refused            the endpoint will never take this: a wrong key, an unknown model
├── BudgetSpent        the calls or the money of the day or the run are spent
└── Unreadable         the judge's reply was no verdict, also when it was asked again
"""

from __future__ import annotations

from spanglass_evaluators.errors import EvaluationError


class JudgeError(EvaluationError):
    """Base of what keeps a judge from answering."""

    retryable = False


class Unavailable(JudgeError):
    """Away, busy or slow. `wait_s`: what the endpoint asked for. `billed`: the call may have been charged."""

    retryable = True

    def __init__(self, message: str, *, wait_s: float | None = None, billed: bool = False) -> None:
        super().__init__(message)
        self.wait_s = wait_s
        self.billed = billed


class Refused(JudgeError):
    """A person must change something: the key, the model, the address."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class BudgetSpent(JudgeError):
    """The bound is reached; the row can be judged tomorrow, or under a larger bound."""


class Unreadable(JudgeError):
    """No verdict in the reply."""
