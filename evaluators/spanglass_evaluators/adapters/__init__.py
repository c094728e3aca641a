"""Metrics of other libraries as evaluators of ours, where the library is installed; its telemetry is switched off.

`[evaluators.NAME]` with `kind = "autoevals" | "deepeval" | "inspect" | "ragas" | "evidently"` and `metric`.
Reading order: adapted.py (what they share), then any library.
"""
