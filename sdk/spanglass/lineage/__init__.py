"""The lifecycle record beside spans: what a training job, a registry or a release script wants remembered.

`journal.py` keeps records in a file before anything else and delivers them when a collector answers; `upload.py` is the
delivery, `digest.py` names things by their content, `dataset.py` knows which data a run was given.
"""
