"""Every evaluator on labelled data: `make eval-report` writes docs/evaluators/report.md and its pictures.

Each section is a module of its own under this folder with `TITLE`, `rows(data)` and, where there is something
to see, `pictures(data, folder)`; sections.py lists them.
"""
