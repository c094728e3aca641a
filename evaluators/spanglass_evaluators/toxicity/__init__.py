"""A small toxicity classifier that needs no download: sentences -> normalise -> n-grams -> linear score.

Reading order: ``model.py`` (the pipeline), ``sentences.py``, ``normalise.py``, ``ngrams.py``.
What it was trained on, what it measured and where it fails: ``docs/evaluators/toxicity.md``.
"""

from spanglass_evaluators.toxicity.model import MODEL_VERSION, ToxicityModel, ToxicityScore

__all__ = ["MODEL_VERSION", "ToxicityModel", "ToxicityScore"]
