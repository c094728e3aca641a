"""Prompt injection and jailbreaks: rules that say what they saw, and a small linear model over them and the words.

Reading order: folded.py, rules.py, features.py, model.py, detect.py.
"""
