"""LLM judges, and how far they can be trusted.

The path of a question: rubric.py or pairwise.py words it, prompt.py fences what is judged, ask.py looks into cache.py,
ledger.py holds the bound of calls and money, endpoint.py sends it, reply.py reads the answer, panel.py joins several
judges. calibration/ measures judges against people, anchor.py against themselves of yesterday.
"""
