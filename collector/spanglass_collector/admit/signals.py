"""The signals that are received: the one list. A receiver offers each, over both transports."""

from __future__ import annotations

from spanglass_collector.admit.data_points import METRICS
from spanglass_collector.admit.logs import LOGS
from spanglass_collector.admit.signal import Signal
from spanglass_collector.admit.traces import TRACES

SIGNALS: tuple[Signal, ...] = (TRACES, LOGS, METRICS)
BY_NAME = {signal.name: signal for signal in SIGNALS}
