"""The collector's errors, by what the one who catches them should do.

CollectorError
├── ConfigurationError     a person must change something; the message says what
├── Rejected               the sender's data is wrong: never retry
│   ├── NotFound           ... it names what is not there
│   └── TooLarge           ... by its size
├── Retryable              the same request may succeed later: 503 / UNAVAILABLE
│   └── SpoolFull          ... when the spool has room again
└── StoreError             the store said no
    ├── StoreUnavailable   ... because it is away, full or busy: retry
    └── StoreRefused       ... to this statement: retrying will not help
"""

from __future__ import annotations


class CollectorError(Exception):
    """Base of all errors raised on purpose in this package."""


class ConfigurationError(CollectorError):
    """A setting is wrong; the message says which, and what would be right."""


class Rejected(CollectorError):
    """The request cannot be accepted as it is (HTTP 400, gRPC INVALID_ARGUMENT)."""

    reason = "invalid"


class NotFound(Rejected):
    """Nothing by that name in the caller's project (HTTP 404)."""


class TooLarge(Rejected):
    """The request is larger than `limit_bytes`, counted after decompression (HTTP 413, RESOURCE_EXHAUSTED)."""

    reason = "too_large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            f"request body is larger than {limit_bytes} bytes after decompression; send fewer spans at once"
        )
        self.limit_bytes = limit_bytes


class Retryable(CollectorError):
    """The collector cannot take the request now (HTTP 503 with Retry-After, gRPC UNAVAILABLE)."""

    reason = "store"


class SpoolFull(Retryable):
    """The spool cannot take the request: its bound is reached, or its disk is full or broken."""

    reason = "spool"


class StoreError(CollectorError):
    """The store did not do what it was asked."""


class StoreUnavailable(StoreError):
    """The store is away, full or busy; the same call may succeed later."""


class StoreRefused(StoreError):
    """The store understood and refused; the same call will be refused again."""


def first_line(error: BaseException) -> str:
    """An error for logs and answers: one line, bounded."""
    text = str(error).strip()
    return text.splitlines()[0][:300] if text else type(error).__name__
