"""Other people's instrumentations of GenAI clients, found by their entry points and switched on once.

Reading order: `clients.py` (what counts as GenAI), `found.py` (what is installed), `choose.py` (one for each
client), `switch.py` (on and off), `on_import.py` (not before the client itself is imported).
"""
