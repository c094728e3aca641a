"""Dataset versions: from traces or files, without duplicates, split without leakage, exported for fine-tuning.

select (`from_traces.py`, `from_file.py`) → `chat.py` → `assemble.py` (duplicates, splits, digest) → `versions.py`
(store) → `export.py`.
"""
