"""Two variants of a model side by side: what was lost for what was gained.

`prompt.py` → `variant.py` (`endpoint.py`, `local.py`) → `measure.py` (one row an answer) → `difference.py` (paired
intervals) → `show.py` (table, picture).
"""
