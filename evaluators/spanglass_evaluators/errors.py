"""The evaluators' errors, by what the one who catches them should do.

    EvaluationError
    ├── ConfigurationError        a person must change something; the message says where and what is right
    ├── DuplicateEvaluatorError   two evaluators claim one name: rename or disable one
    └── ContractError             an evaluator answered with something else than results; becomes failure rows

A span that cannot be judged is no exception: it is a `Failure` (contract.py), written as a row.
"""

from __future__ import annotations


class EvaluationError(Exception):
    """Base of all errors raised on purpose in this package."""


class ConfigurationError(EvaluationError):
    """A setting is wrong; the message names the setting and what would be right."""


class DuplicateEvaluatorError(EvaluationError):
    """Two evaluators claim one name, and their scores could not be told apart."""

    def __init__(self, name: str) -> None:
        super().__init__(f"two evaluators are called {name!r}; rename one or set enabled = false for it")
        self.name = name


class ContractError(EvaluationError):
    """An evaluator did not answer with one result per row."""
