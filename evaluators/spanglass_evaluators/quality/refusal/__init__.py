"""Did the model decline: patterns say how, cues weigh what speaks for and against."""

from spanglass_evaluators.quality.refusal.evaluator import OverRefusal, Refusal, RefusalConfig

__all__ = ["OverRefusal", "Refusal", "RefusalConfig"]
