"""From a checkpoint to a folder that ONNX Runtime can run: needs torch and transformers, once.

`checkpoints.py` reads what people have, `detoxify.py` that of Detoxify by its own code, `export.py` writes the
network, `prepare.py` puts the folder together and measures what was lost.
"""
