"""BLEU, chrF and TER of an answer against its references, by sacrebleu (Post 2018), with its defaults.

Values are sacrebleu's divided by 100: BLEU and chrF from 0 to 1, TER the edits a word of the reference, may pass 1.
TER takes time with the square of the length and more (1.2 s for 100 words): texts are cut to `ter_words`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.quality.reference import DECLARES_REFERENCE
from spanglass_evaluators.quality.reference.tokens import references_of
from spanglass_evaluators.quality.rule import NoSettings, Rule

_READ_CHARS: Final = 20_000


@dataclass(frozen=True, slots=True)
class TerConfig:
    """`ter_words`: of longer texts the beginning is compared, and the label says `cut`."""

    ter_words: int = 40


@lru_cache(maxsize=3)
def _metric(name: str) -> Any:
    try:
        from sacrebleu.metrics import BLEU, CHRF, TER
    except ImportError as error:
        raise ConfigurationError("bleu, chrf and ter need sacrebleu: pip install 'spanglass[overlap]'") from error
    makers: dict[str, Callable[[], Any]] = {"bleu": lambda: BLEU(effective_order=True), "chrf": CHRF, "ter": TER}
    return makers[name]()


def score(name: str, answer: str, reference: str) -> float:
    """A sentence's score on sacrebleu's scale over 100; `name` is bleu, chrf or ter."""
    references = [one[:_READ_CHARS] for one in references_of(reference)]
    return float(_metric(name).sentence_score(answer[:_READ_CHARS], references).score) / 100


def _judge(name: str) -> Callable[[NoSettings, str, str], Judgement]:
    def judge(_config: NoSettings, answer: str, reference: str) -> Judgement:
        return Judgement(score(name, answer, reference))

    return judge


def judge_ter(config: TerConfig, answer: str, reference: str) -> Judgement:
    """Label `cut` where only the beginning was compared."""
    texts = [answer, *references_of(reference)]
    cut = [" ".join(text.split()[: config.ter_words]) for text in texts]
    is_cut = any(len(text.split()) > config.ter_words for text in texts)
    return Judgement(float(_metric("ter").sentence_score(cut[0], cut[1:]).score) / 100, "cut" if is_cut else "")


_COLUMNS = ("output_text", "reference")
BLEU_RULE = Rule("bleu", _judge("bleu"), columns=_COLUMNS, where=DECLARES_REFERENCE)
CHRF_RULE = Rule("chrf", _judge("chrf"), columns=_COLUMNS, where=DECLARES_REFERENCE)
TER_RULE = Rule("ter", judge_ter, columns=_COLUMNS, config=TerConfig, where=DECLARES_REFERENCE)
