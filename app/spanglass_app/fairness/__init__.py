"""Counterfactual audits from the command line: of an evaluator over texts, or of a model that is asked again.

Reading order: texts.py (what is read), again.py (the model is asked), show.py (what is shown).
"""
