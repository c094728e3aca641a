"""Safety: personal data and secrets, prompt injection, leaks, exfiltration, unsafe code, topics.

Reading order: finding.py (what is found and how it is masked), patterns.py (how patterns are run), personal.py and
keys.py (the patterns), injection/, then the others; inline.py is what `spanglass.guard(...)` calls.
What the guard runs imports the standard library alone, so that it works in an application that has only the SDK.
"""
