"""Drift: is the traffic of now still like the traffic of then.

Reading order: drift.py (two windows to judgements), comparing.py (one feature of them), then a kind of value:
numeric.py and categorical.py (over counted.py, distances.py, permutation.py), aspects.py (texts; over
embedding.py, text.py, clusters.py, terms.py, wording.py), joint.py (all columns at once), strata.py.
"""
