"""The records of the LLM lifecycle beside spans: datasets, training runs, model versions, deployments, prompts.

`record.py` says what a record may hold, `write.py` stores records, `http.py` receives them, `prompts.py` numbers prompt
versions, `queries/` answers questions about them.
"""
