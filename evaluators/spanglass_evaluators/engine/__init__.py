"""The engine: claim what is not scored yet, score it in batches, write, repeat; judge windows on a schedule.

Reading order: span_loop.py (run, backfill) and span_run.py (one pass), claim.py and claim_groups.py (which spans,
traces, sessions), sampling.py, slots.py and workers.py (whose), scoring_threads.py and attempts.py (timeouts,
retries), budget.py, progress.py (how far), late.py (what arrived behind the watermark), rows.py (what is written),
explain.py; dataset_items.py; window_loop.py, windows.py (which windows), window_columns.py.
"""
