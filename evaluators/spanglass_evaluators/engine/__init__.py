"""The engine: claim what is not scored yet, score it in batches, write, repeat; judge windows on a schedule.

Reading order: span_loop.py (run, backfill), claim.py (which spans), progress.py (how far), late.py (what
arrived behind the watermark), rows.py (what is written); window_loop.py, windows.py (which windows),
window_columns.py.
"""
