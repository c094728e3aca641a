"""A library's metric behind the SpanEvaluator contract: settings, the import, one row after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module, metadata
from typing import Any

from spanglass_evaluators.contract import Batch, Failure, Judgement
from spanglass_evaluators.engine.attempts import is_retryable
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.registration import Options, configured

COLUMNS = ("input_text", "output_text", "reference", "documents_text")

QUIET: Mapping[str, str] = {
    "DO_NOT_TRACK": "1",
    "DEEPEVAL_TELEMETRY_OPT_OUT": "1",
    "DEEPEVAL_UPDATE_WARNING_OPT_IN": "0",
    "RAGAS_DO_NOT_TRACK": "true",
    "ANONYMIZED_TELEMETRY": "False",
}
"""Set before a library is imported: what a person asks about their users goes nowhere."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer, as such libraries want it. `expected` and `documents` (one text) may be empty."""

    question: str
    answer: str
    expected: str
    documents: str


@dataclass(frozen=True, slots=True)
class MetricSettings:
    """`metric`: a name in the library, or "module:attribute" of yours: a class or function that makes the metric.

    `arguments` go to what makes it; `call` to each measurement, where the library takes any.
    """

    kind: str
    metric: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    call: Mapping[str, Any] = field(default_factory=dict)
    where: str = MODEL_ANSWERS


@dataclass(frozen=True, slots=True)
class MetricConfig:
    """What changes the verdict."""

    library: str
    library_version: str
    settings: MetricSettings


Measure = Callable[[Sample], Judgement]
"""One row. What it raises becomes that row's failure."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """An evaluator that measures row by row."""

    name: str
    config: MetricConfig
    measure: Measure
    columns: Sequence[str] = COLUMNS

    @property
    def version(self) -> str:
        return f"{self.config.library} {self.config.library_version}"

    @property
    def where(self) -> str:
        return self.config.settings.where

    def score(self, batch: Batch) -> Sequence[Judgement | Failure]:
        return [self._row(sample) for sample in samples(batch)]

    def _row(self, sample: Sample) -> Judgement | Failure:
        try:
            return self.measure(sample)
        except Exception as error:  # noqa: BLE001  a stranger's code: one bad row must not cost the others
            return Failure(f"{type(error).__name__}: {error}", retryable=is_retryable(error))


def samples(batch: Batch) -> list[Sample]:
    """The rows of a batch."""
    return [Sample(*row) for row in zip(*(batch[name] for name in COLUMNS), strict=True)]


def adapt(options: Options, name: str, library: str, make: Callable[[MetricSettings], Measure]) -> Adapted:
    """Raises ConfigurationError for wrong settings, a library that is not there, a metric that it has not."""
    where = f"evaluators.{name}"
    settings = configured(MetricSettings, options, where)
    version = prepared(library, where)
    try:
        measure = make(settings)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{where}: metric = {settings.metric!r}: {error}") from error
    return Adapted(name, MetricConfig(library, version, settings), measure)


def prepared(library: str, where: str) -> str:
    """Silences the library before anything imports it; returns its version."""
    os.environ.update(QUIET)
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        raise ConfigurationError(
            f"{where}: {library} is not installed where the evaluators run: pip install {library} (docs/evaluators/"
            "adapters.md says what goes together)"
        ) from None


def made(settings: MetricSettings, module: str) -> Any:
    """The metric: made by what `metric` names in the library's `module`, or in a module of the user's."""
    path, _, attribute = settings.metric.partition(":")
    maker = getattr(import_module(path), attribute) if attribute else getattr(import_module(module), settings.metric)
    return maker(**settings.arguments)
