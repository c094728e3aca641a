"""1 when an answer is in the language it should be in: the question's, or the one that is set.

Languages are told by py3langid. Short or mixed texts are no evidence: what it is not sure of has no value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.quality.rule import Rule

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class LanguageConfig:
    """`expected`: ISO 639-1 code, '' for the question's. `min_chars`: letters from which a text is judged."""

    expected: str = ""
    min_chars: int = 30
    min_probability: float = 0.9
    max_chars: int = 600


def judge_language(config: LanguageConfig, answer: str, question: str) -> Judgement:
    """The label is the answer's language; the explanation the wanted one."""
    wanted = config.expected or language_of(question, config)
    found = language_of(answer, config)
    if not wanted or not found:
        return Judgement(None, found or "unknown")
    return Judgement(float(found == wanted), found, f"wanted {wanted}")


def language_of(text: str, config: LanguageConfig) -> str:
    """ISO 639-1 code; '' for too little text or too little certainty. Code and links are no language."""
    words = _CODE.sub(" ", text[: config.max_chars])
    if len(_LETTERS.findall(words)) < config.min_chars and words.isascii():
        return ""
    code, probability = _identifier().classify(words)
    return str(code) if probability >= config.min_probability else ""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # 130 MB; only where the score is asked for

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


RULE = Rule("language", judge_language, columns=("output_text", "input_text"), config=LanguageConfig)
