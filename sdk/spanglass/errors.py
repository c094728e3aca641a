"""Mistakes in how the SDK is used. They never reach traced code: the wall counts them and logs their message.

SpanglassError
├── ConfigurationError   fix the setting that the message names
└── ScoreTargetError     pass ids, or call `score` inside a span
"""


class SpanglassError(Exception):
    """Its message is written by us and holds no payload, so it may be logged."""


class ConfigurationError(SpanglassError, ValueError):
    """A setting that cannot work."""


class ScoreTargetError(SpanglassError, ValueError):
    """There is nothing to score: no current span and no usable ids."""
