"""Why a request is turned away at the door."""

from __future__ import annotations

from spanglass_collector.errors import CollectorError


class Unauthenticated(CollectorError):
    """No key, or one that is wrong, revoked or expired (HTTP 401, gRPC UNAUTHENTICATED)."""


class NotAllowed(CollectorError):
    """A good key that may not do this (HTTP 403, gRPC PERMISSION_DENIED)."""


class OverQuota(CollectorError):
    """The key's allowance is spent (HTTP 429 with Retry-After, gRPC RESOURCE_EXHAUSTED).

    `retry_after_s`: whole seconds, at least 1. `is_brief`: a sender that waits keeps its data, so gRPC adds RetryInfo;
    a day's allowance is not brief, and without RetryInfo a sender does not wait in vain.
    """

    def __init__(self, message: str, retry_after_s: int, *, is_brief: bool) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.is_brief = is_brief
