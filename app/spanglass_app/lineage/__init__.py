"""One lineage, from dataset to traces: `trace_back.py` finds it from any of its names, `tree.py` draws it."""
