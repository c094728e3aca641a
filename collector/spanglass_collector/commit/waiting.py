"""Requests between their arrival and their answer. On the event loop only."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

from spanglass_collector.admit.request import Admitted
from spanglass_collector.commit.fate import Fate
from spanglass_collector.commit.seen import SeenRequests
from spanglass_collector.errors import CollectorError
from spanglass_collector.metrics import CollectorMetrics

Result = asyncio.Future[Fate]


class Waiting:
    """In order of arrival. `unsent_bytes`: not taken into a group yet; `pending_bytes`: not answered yet."""

    def __init__(self, seen: SeenRequests, metrics: CollectorMetrics) -> None:
        self._seen = seen
        self._metrics = metrics
        self._unsent: deque[Admitted] = deque()
        self._results: dict[bytes, Result] = {}
        self.unsent_bytes = 0
        self.pending_bytes = 0

    def __len__(self) -> int:
        """Requests that no group has taken yet."""
        return len(self._unsent)

    def result_of(self, digest: bytes) -> Result | None:
        """The answer that an equal request is already waiting for."""
        return self._results.get(digest)

    def add(self, request: Admitted) -> Result:
        result: Result = asyncio.get_running_loop().create_future()
        self._results[request.digest] = result
        self._unsent.append(request)
        self.unsent_bytes += len(request.body)
        self._account(len(request.body))
        return result

    def take(self, limit_bytes: int) -> list[Admitted]:
        """The oldest request and those of its signal after it, up to a size; those of others keep their order.

        A heavy one is taken alone.
        """
        signal = self._unsent[0].signal
        group: list[Admitted] = []
        others: list[Admitted] = []
        size = 0
        while self._unsent and (not group or size + len(self._unsent[0].body) <= limit_bytes):
            if group and (group[0].is_heavy or self._unsent[0].is_heavy):
                break
            request = self._unsent.popleft()
            if request.signal is not signal:
                others.append(request)
                continue
            group.append(request)
            size += len(request.body)
        self._unsent.extendleft(reversed(others))
        self.unsent_bytes -= size
        return group

    def give_back(self, requests: Sequence[Admitted]) -> None:
        """Undo `take`: they are the oldest again."""
        self._unsent.extendleft(reversed(requests))
        self.unsent_bytes += sum(len(request.body) for request in requests)

    def settle(self, requests: Iterable[Admitted], answer: Fate | CollectorError) -> None:
        """Answer their senders; those that were answered before stay so."""
        for request in requests:
            result = self._results.pop(request.digest, None)
            if result is None:
                continue
            self._account(-len(request.body))
            if isinstance(answer, Fate):
                self._seen.add(request.digest)
                result.set_result(answer)
            else:
                result.set_exception(answer)
                result.exception()  # the sender may have hung up: nobody else would look at it

    def _account(self, size_bytes: int) -> None:
        self.pending_bytes += size_bytes
        self._metrics.pending_bytes.set(self.pending_bytes)
