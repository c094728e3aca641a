"""Quality: is an answer what was asked for.

reference/, code/       against what the app declared would be right
grounding/, answer/     against the context and the question
refusal/, form/         from the answer itself
tools/, trajectory/     of agents
retrieval/              of retrievers
conversation/           of whole sessions
text/                   words, sentences and vectors that several of them read
rule.py                 how a function of a row becomes an evaluator; registrations.py lists them
"""
