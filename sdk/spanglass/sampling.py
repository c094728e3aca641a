"""Which traces are recorded: decided where a trace begins, and followed by everything below it.

The share of trace ids is computed as OpenTelemetry's TraceIdRatioBased does, so that services with the same ratio
keep the same traces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase

from spanglass.errors import ConfigurationError

RATIO = "ratio"  # the trace id is outside of the share that is kept
RULE = "rule"  # the same, for a name that has a share of its own
PARENT = "parent"  # the caller, in this process or another, does not sample this trace
TAIL = "tail"  # the trace was buffered, and was neither slow nor failing

_ALL = 1 << 64


class Verdict(Enum):
    """`DEFER`: record, and decide when the trace has ended."""

    KEEP = 0
    SKIP = 1
    DEFER = 2


@dataclass(frozen=True, slots=True)
class Sampling:
    """`ratio` of the traces are kept, 0 to 1; `rules` are shares by the name of the first span, as patterns
    (`{"healthz*": 0}`), the first that matches wins.

    Of the rest, `keep_errors` keeps traces in which a span fails, and `keep_slower_than_s` those whose first span takes
    longer (seconds). They wait in memory until the trace ends, at most `buffer_spans` and `buffer_bytes`.
    `follows_parent` is false for the samplers of the specification that ignore the caller's decision.
    """

    ratio: float = 1.0
    rules: Mapping[str, float] | None = None
    keep_errors: bool = False
    keep_slower_than_s: float | None = None
    follows_parent: bool = True
    buffer_spans: int = 10_000
    buffer_bytes: int = 32 << 20

    def __post_init__(self) -> None:
        for share in (self.ratio, *(self.rules or {}).values()):
            if not 0 <= share <= 1:
                raise ConfigurationError(f"a sampling ratio is between 0 and 1, not {share}")

    @property
    def keeps_all(self) -> bool:
        """True when there is nothing to decide beyond following the caller."""
        return self.ratio >= 1 and not self.rules and self.follows_parent

    @property
    def defers(self) -> bool:
        return self.keep_errors or self.keep_slower_than_s is not None

    def share_of(self, name: str) -> tuple[float, str]:
        """The share of traces that begin with `name`, and the reason that the others are counted under."""
        for pattern, share in (self.rules or {}).items():
            if fnmatchcase(name, pattern):
                return share, RULE
        return self.ratio, RATIO

    def decide(self, name: str, trace_id: int) -> tuple[Verdict, str]:
        """For the first span of a trace in this process."""
        share, reason = self.share_of(name)
        if (trace_id & (_ALL - 1)) < round(share * _ALL):
            return Verdict.KEEP, ""
        return (Verdict.DEFER if self.defers else Verdict.SKIP), reason


def sampling_of(sampler: str | None, argument: str | None) -> Sampling | None:
    """What `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` ask for; None for an unknown name, which the
    specification wants ignored, as it wants a ratio that is none to be 1."""
    if not sampler:
        return None
    follows = sampler.startswith("parentbased_")
    kind = sampler.removeprefix("parentbased_")
    if kind not in ("always_on", "always_off", "traceidratio"):
        return None
    ratio = {"always_on": 1.0, "always_off": 0.0}.get(kind)
    return Sampling(_ratio(argument) if ratio is None else ratio, follows_parent=follows)


def _ratio(argument: str | None) -> float:
    try:
        ratio = float(argument or "1")
    except ValueError:
        return 1.0
    return ratio if 0 <= ratio <= 1 else 1.0
