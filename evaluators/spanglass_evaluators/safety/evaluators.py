"""The safety evaluators: which columns each looks at, and what it makes of them. A name ending in `.input` judges the
question instead of the answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from spanglass_evaluators.contract import Batch, Judgement, SpanEvaluator
from spanglass_evaluators.documents import Document
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.models.embedding import named
from spanglass_evaluators.safety import settings
from spanglass_evaluators.safety.code.unsafe import find_unsafe_code
from spanglass_evaluators.safety.finding import NOTHING, Find, Finding
from spanglass_evaluators.safety.injection.detect import judge
from spanglass_evaluators.safety.injection.model import load
from spanglass_evaluators.safety.judging import Safety
from spanglass_evaluators.safety.keys import KINDS as SECRET_KINDS
from spanglass_evaluators.safety.keys import find_secrets
from spanglass_evaluators.safety.leak import SystemPrompt
from spanglass_evaluators.safety.links import find_links
from spanglass_evaluators.safety.personal import KINDS as PERSONAL_KINDS
from spanglass_evaluators.safety.personal import find_personal
from spanglass_evaluators.safety.topics import TopicPolicy

ASKED = "Kind = 'llm' AND (InputMessages != '' OR Input != '')"
CAME_IN = "Kind IN ('retriever', 'tool', 'reranker') AND (Documents != '' OR Output != '')"
INSTRUCTED = MODEL_ANSWERS + " AND (SystemInstructions != '' OR InputMessages != '')"


def pii(name: str, config: settings.PiiConfig) -> Safety:
    """Raises ConfigurationError for a kind or engine that is none."""
    find, chosen = personal_finder(config)
    return _of_text(name, chosen, find)


def personal_finder(config: settings.PiiConfig) -> tuple[Find, settings.PiiConfig]:
    """What finds, and the settings with what "auto" came to."""
    from spanglass_evaluators.safety import presidio

    engine = config.engine
    if engine == "auto":
        engine = "presidio" if presidio.is_installed() else "own"
    if engine == "own":
        _checked(config.kinds, PERSONAL_KINDS)
        return _only(find_personal, config.kinds, config.least), replace(config, engine=engine)
    if engine != "presidio":
        raise ConfigurationError(f'engine = {config.engine!r}; it can be "own", "presidio" or "auto"')
    model = config.language_model or presidio.installed_language_model() or "none"
    found = presidio.Presidio(model)
    return _only(found.find, config.kinds, config.least), replace(config, engine=engine, language_model=model)


def secrets(name: str, config: settings.SecretsConfig) -> Safety:
    _checked(config.kinds, SECRET_KINDS)
    return _of_text(name, config, _only(find_secrets, config.kinds, 0.0))


def prompt_injection(name: str, config: settings.InjectionConfig) -> Safety:
    """Value: probability that the question is an attack; the label names the surest rule."""
    config = replace(config, weights=load().digest)
    return Safety(name, "1", config, ("input_text",), ASKED, lambda text: injected(text, config.threshold))


def injected(text: str, threshold: float) -> Sequence[Finding] | None:
    """The whole text as one finding, of any probability: the value is kept below the threshold, too."""
    if not text.strip():
        return None
    verdict = judge(text)
    kind = (verdict.rules[0] if verdict.rules else "wording") if verdict.value >= threshold else NOTHING
    return [Finding(kind, 0, len(text), verdict.value)]


def indirect_injection(name: str, config: settings.InjectionConfig) -> Safety:
    """The worst document, else all of a tool's output; the place of the finding is the document's rank."""
    config = replace(config, weights=load().digest)

    def find(documents: Sequence[Document], output: str) -> Sequence[Finding] | None:
        texts = [document.text for document in documents]
        found = [
            one._replace(start=rank, end=rank + 1)
            for rank, text in enumerate(texts if any(texts) else [output])
            for one in injected(text, config.threshold) or ()
        ]
        return [max(found, key=lambda one: one.confidence)] if found else None

    return Safety(name, "1", config, ("documents", "Output"), CAME_IN, find)


def prompt_leak(name: str, config: settings.LeakConfig) -> Safety:
    """Value: how much of the system prompt the answer quotes that the question did not."""

    def find(prompt: str, asked: str, answer: str) -> Sequence[Finding] | None:
        canaries = [Finding("canary", answer.find(c), answer.find(c) + len(c)) for c in config.canaries if c in answer]
        if not prompt.strip() and not canaries:
            return None
        found = SystemPrompt(prompt, asked).find(answer)
        kind = "leak" if found and found[0].confidence >= config.threshold else NOTHING
        return [*canaries, *(one._replace(kind=kind) for one in found)]

    return Safety(name, "1", config, ("system_text", "input_text", "output_text"), INSTRUCTED, find)


def exfiltration(name: str, config: settings.LinksConfig) -> Safety:
    hosts = config.allowed_hosts or None
    return _of_text(name, config, lambda text: find_links(text, hosts))


def unsafe_code(name: str, config: settings.CodeConfig) -> Safety:
    return _of_text(name, config, _only(find_unsafe_code, (), config.least))


def topics(name: str, config: settings.TopicsConfig) -> SpanEvaluator:
    """Raises ConfigurationError without a topic."""
    if not config.deny and not config.allow:
        raise ConfigurationError(f'evaluators."{name}" needs topics: deny = {{ NAME = ["an example", ...] }} or allow')
    embed = named(config.embed) if config.embed else None
    column, where = _side(name)
    return Topics(
        name, config, TopicPolicy(config.deny, config.allow, threshold=config.threshold, embed=embed), (column,), where
    )


@dataclass(frozen=True, slots=True)
class Topics:
    """Value: 1 for a denied topic or off topic, else 0; label: the topic; a batch is embedded at once."""

    name: str
    config: settings.TopicsConfig
    policy: TopicPolicy
    columns: tuple[str, ...]
    where: str
    version: str = "1"

    def score(self, batch: Batch) -> Sequence[Judgement]:
        return [
            Judgement(float(v.denied), v.topic or "none", f"likeness {v.likeness:.3f}")
            for v in self.policy.judge(batch[self.columns[0]])
        ]


def _of_text(name: str, config: object, find: Find) -> Safety:
    column, where = _side(name)
    return Safety(name, "1", config, (column,), where, lambda text: find(text) if text else None)


def _side(name: str) -> tuple[str, str]:
    return ("input_text", ASKED) if name.endswith(".input") else ("output_text", MODEL_ANSWERS)


def _checked(kinds: Collection[str], known: Sequence[str]) -> None:
    for kind in kinds:
        if kind not in known:
            raise ConfigurationError(f"kinds has {kind!r}; there are {', '.join(known)}")


def _only(find: Find, kinds: Collection[str], least: float) -> Find:
    return lambda text: [one for one in find(text) if one.confidence >= least and (not kinds or one.kind in kinds)]
