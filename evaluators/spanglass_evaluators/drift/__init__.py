"""Drift: is the traffic of now still like the traffic of then.

Reading order: drift.py (features of two windows to judgements), then one test a file: proportion.py,
numeric.py, categorical.py, text.py (over embedding.py).
"""
