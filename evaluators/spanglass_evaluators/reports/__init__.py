"""Reports on two windows as an HTML page, drawn by evidently (extra `reports`), judged by our tests.

Reading order: frames.py (windows to tables), two_sample.py (our tests under evidently's names), page.py.
"""
