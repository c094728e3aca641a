"""`spanglass.guard(...)`: checks what goes into a model call and what comes out, within a deadline.

Reading order: guard.py (the guard), decision.py (what it decides), checks.py (what a check is and where it comes
from), workers.py (how the deadline is kept), texts.py (where text is in arguments and results), stream.py.
"""
