"""Prometheus metrics of model servers (vLLM, TGI, Triton, ...), fetched and stored as OTLP metrics.

`target.py` says what is fetched, `convert.py` turns a page into a request, `loop.py` does so at intervals.
"""
