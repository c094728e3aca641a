"""Small models on this machine: prepared once (preparing/), then run by ONNX Runtime without torch.

Reading order: `manifest.py` (what a prepared folder holds), `cache.py` (where folders are), `tokens.py`, `session.py`
(processor or GPU), `network.py` (texts in, numbers out), `shared.py` (one of each in a process); then what others
call: `classifier.py`, `embedding.py`. Nothing here reaches the network.
"""
