"""What may leave the application: how much content is captured, and what is hidden before it is sent.

One policy is in force in a process (`init(...)`); a traced function may add to it (`@trace(mask=..., ...)`). It is
applied in the exporter's thread, or in the caller's where spans go through a provider of the application.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from spanglass.capture.patterns import Redaction

Capture = Literal["full", "metadata"]
Mask = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class ContentLimits:
    """Bounds of one captured value. `value_bytes` always holds; the others are checked in values of more than
    `unchecked_bytes`, which are too small to hold much of anything."""

    value_bytes: int = 256 << 10
    text_chars: int = 64 << 10
    items: int = 1000
    depth: int = 32
    unchecked_bytes: int = 16 << 10


@dataclass(frozen=True, slots=True)
class Policy:
    """`masks` get the parsed content and return what may leave; they run in order, after the redactions."""

    metadata_only: bool = False
    masks: tuple[Mask, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    limits: ContentLimits = field(default_factory=ContentLimits)


@dataclass(frozen=True, slots=True)
class Override:
    """What a traced function says beside the policy in force; None means "nothing said"."""

    capture: Capture | None = None
    mask: Mask | None = None
    redactions: tuple[Redaction, ...] = ()

    def apply(self, policy: Policy) -> Policy:
        """Masks and redactions add up; `capture` decides for this function alone."""
        return replace(
            policy,
            metadata_only=policy.metadata_only if self.capture is None else self.capture == "metadata",
            masks=policy.masks if self.mask is None else (self.mask, *policy.masks),
            redactions=(*self.redactions, *policy.redactions),
        )


class InForce:
    """The policy of this process; `runtime` sets it."""

    def __init__(self) -> None:
        self.policy = Policy()
        self._full: Policy | None = None  # what to go back to after an overload

    def leave_out_content(self, level: int) -> None:
        """The overload guard's hand: above level 0 content is left out, whatever the application said."""
        if level and not self.policy.metadata_only:
            self._full, self.policy = self.policy, replace(self.policy, metadata_only=True)
        elif not level and self._full is not None:
            self.policy, self._full = self._full, None

    def of(self, span: object) -> Policy:
        """The policy for the content of `span`, ours or any other."""
        override: Override | None = getattr(span, OVERRIDE, None)
        return self.policy if override is None else override.apply(self.policy)


OVERRIDE = "spanglass_override"  # the attribute of span objects, ours and the OpenTelemetry SDK's
in_force = InForce()
