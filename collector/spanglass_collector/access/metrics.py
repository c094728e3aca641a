"""What the door counts, per key prefix. Prefixes come from the key file alone, never from a request."""

from __future__ import annotations

from functools import cache

from prometheus_client import CollectorRegistry, Counter

LABELLED_KEYS = 500
"""Keys with a label of their own; the rest share 'other'."""


class AccessMetrics:
    """`key` is a prefix, 'bootstrap' (SPANGLASS_API_KEY), 'open' (loopback without keys), 'none' or 'other'."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._labels: set[str] = set()
        self._requests = Counter(
            "spanglass_key_requests",
            "Requests by key and outcome: allowed, denied (scope or project), over_quota, unauthenticated.",
            ["key", "outcome"],
            registry=registry,
        )
        self._bytes = Counter(
            "spanglass_key_bytes", "Request bytes by key, after decompression.", ["key"], registry=registry
        )
        self._spans = Counter("spanglass_key_spans", "Spans accepted by key.", ["key"], registry=registry)

        # Finding a child by its labels takes longer than counting.
        self._requests_of = cache(self._requests.labels)
        self._bytes_of = cache(self._bytes.labels)
        self._spans_of = cache(self._spans.labels)

    def request(self, key: str, outcome: str) -> None:
        self._requests_of(self._bounded(key), outcome).inc()

    def used(self, key: str, size_bytes: int, spans: int) -> None:
        self._bytes_of(self._bounded(key)).inc(size_bytes)
        self._spans_of(self._bounded(key)).inc(spans)

    def _bounded(self, key: str) -> str:
        if key not in self._labels:
            if len(self._labels) >= LABELLED_KEYS:
                return "other"
            self._labels.add(key)
        return key
