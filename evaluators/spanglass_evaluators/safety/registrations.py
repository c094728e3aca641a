"""The safety evaluators there are. Imports wait until one is built."""

from __future__ import annotations

from spanglass_evaluators.registration import Registration

REGISTRATIONS: tuple[Registration, ...] = ()
