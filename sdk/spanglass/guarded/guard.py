"""`guard(...)`: a decorator, a context manager and functions that check text before and after a model call."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from spanglass.errors import ConfigurationError
from spanglass.guarded.checks import Wanted, resolve, sides_of
from spanglass.guarded.decision import Action, Blocked, Decision, Found, Side, masked, strongest
from spanglass.guarded.policy import Policy
from spanglass.guarded.record import record
from spanglass.guarded.round import Round
from spanglass.guarded.stream import WINDOW
from spanglass.traced.block import span

OnError = Literal["open", "closed"]
F = TypeVar("F", bound=Callable[..., Any])
_RAISES: Any = object()
_opened: ContextVar[tuple[span, ...]] = ContextVar("spanglass_guard_spans", default=())


@dataclass(slots=True)
class GuardStats:
    """What a guard did since it was made. `deadlines`: rounds that were late or found no thread; `failed_checks`:
    checks that raised, and values that could not be read. `on_error` decided both."""

    actions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("allow", "flag", "mask", "block"), 0))
    deadlines: int = 0
    failed_checks: int = 0


class guard:  # noqa: N801 - reads as a statement: `with spanglass.guard(...)`
    """Checks text on its way into and out of a model call.

        guarded = spanglass.guard(checks=["pii", "injection"], policy={"pii": "mask", "injection": "block"})

        @guarded
        @trace(kind="llm")
        def answer(messages): ...

    `policy`: what is done about what a check finds: allow, flag (recorded only), mask, block; one for all, or by check
    and kind. `deadline_ms` bounds
    each side of a call; None runs checks in the caller's thread, without a bound. `on_error="open"` lets text pass
    when a check fails or is late, "closed" blocks it. `instead` is returned by a decorated function in place of
    raising Blocked; a callable gets the decision. `sides` overrules where the checks belong. `threshold`: findings of
    less confidence are none. `window`: characters of a stream that are held back. Raises ConfigurationError.
    """

    def __init__(
        self,
        checks: Wanted,
        *,
        policy: Mapping[str, Action] | Action | None = None,
        deadline_ms: float | None = 50.0,
        on_error: OnError = "open",
        instead: Any = _RAISES,
        sides: Sequence[Side] | None = None,
        threshold: float = 0.5,
        window: int = WINDOW,
    ) -> None:
        if on_error not in ("open", "closed"):
            raise ConfigurationError(f"guard: on_error={on_error!r}; it can be 'open' or 'closed'")
        _check_numbers(deadline_ms, threshold, window)
        self._checks = resolve(checks, None if sides is None else sides_of(sides))
        self._policy = Policy({"*": policy} if isinstance(policy, str) else policy or {}, self._checks)
        self._deadline_s = None if deadline_ms is None else deadline_ms / 1e3
        self._on_error = on_error
        self._instead = instead
        self._threshold = threshold
        self.window = window
        self.stats = GuardStats()
        self._lock = threading.Lock()

    def __call__(self, function: F) -> F:
        """The function with its arguments and its result checked: plain, async, or a generator of either kind."""
        from spanglass.guarded.function import guarded_function

        return functools.wraps(function)(guarded_function(self, function))  # type: ignore[return-value]

    def __enter__(self) -> guard:
        """A span around a call whose text goes through `input` and `output`; Blocked passes through."""
        opened = span("guard", kind="guardrail")
        opened.__enter__()
        _opened.set((*_opened.get(), opened))
        return self

    def __exit__(self, *error: Any) -> None:
        *outer, opened = _opened.get()
        _opened.set(tuple(outer))
        opened.__exit__(*error)

    async def __aenter__(self) -> guard:
        return self.__enter__()

    async def __aexit__(self, *error: Any) -> None:
        self.__exit__(*error)

    def inspect(self, text: str, side: Side = "input") -> Decision:
        """What would be done, recorded on the current span; raises nothing."""
        return self.decide([text], side)

    def input(self, text: str) -> str:
        """The text, masked where the policy says so. Raises Blocked."""
        return self._passed(text, self.decide([text], "input"))

    def output(self, text: str) -> str:
        """As `input`, for what the model said."""
        return self._passed(text, self.decide([text], "output"))

    async def ainput(self, text: str) -> str:
        """As `input`, without blocking the event loop."""
        return self._passed(text, await self.decide_async([text], "input"))

    async def aoutput(self, text: str) -> str:
        """As `output`, without blocking the event loop."""
        return self._passed(text, await self.decide_async([text], "output"))

    def decide(self, texts: Sequence[str], side: Side, *, recorded: bool = True) -> Decision:
        """One decision over all texts of one side of a call, within the deadline."""
        if not texts:
            return Decision(side, "allow")
        began_s = time.perf_counter()
        work = self._round(texts, side)
        if self._deadline_s is None or not work.checks:
            work.run()
        else:
            work.run_within(self._deadline_s)
        return self._concluded(work, side, began_s, recorded)

    async def decide_async(self, texts: Sequence[str], side: Side, *, recorded: bool = True) -> Decision:
        """As `decide`; the event loop runs on while checks run."""
        if not texts:
            return Decision(side, "allow")
        began_s = time.perf_counter()
        work = self._round(texts, side)
        if self._deadline_s is None or not work.checks:
            work.run()
        else:
            await work.run_within_async(self._deadline_s)
        return self._concluded(work, side, began_s, recorded)

    def failed(self, side: Side, reason: str, *, recorded: bool = True) -> Decision:
        """The decision where text could not even be read: `on_error` decides."""
        work = Round((), (), errors=[reason])
        return self._concluded(work, side, time.perf_counter(), recorded)

    def refuse(self, decision: Decision) -> Any:
        """What a decorated function returns where it is blocked. Raises Blocked when nothing else was asked for."""
        if self._instead is _RAISES:
            raise Blocked(decision)
        return self._instead(decision) if callable(self._instead) else self._instead

    def _round(self, texts: Sequence[str], side: Side) -> Round:
        return Round(texts, [check for check in self._checks if side in check.sides])

    def _concluded(self, work: Round, side: Side, began_s: float, recorded: bool) -> Decision:
        errors = [*tuple(work.errors), *([work.late] if work.late else [])]
        found = tuple(
            Found(check, kind, start, end, confidence, self._policy.action(check, kind), number)
            for check, kind, start, end, confidence, number in tuple(work.found)
            if confidence >= self._threshold
        )
        action = strongest([one.action for one in found] + (["block"] if errors and self._on_error == "closed" else []))
        elapsed_ms = (time.perf_counter() - began_s) * 1e3
        hit = {one.check for one in found}
        owasp = tuple(dict.fromkeys(check.owasp for check in self._checks if check.owasp and check.name in hit))
        decision = Decision(side, action, found, "; ".join(errors), elapsed_ms, owasp)
        with self._lock:
            self.stats.deadlines += bool(work.late)
            self.stats.failed_checks += len(work.errors)
        if recorded:
            self.note(decision)
        return decision

    def note(self, decision: Decision) -> None:
        """Counts a decision and writes it on the span."""
        with self._lock:
            self.stats.actions[decision.action] += 1
        record(decision)

    def _passed(self, text: str, decision: Decision) -> str:
        if decision.action == "block":
            raise Blocked(decision)
        return masked(text, decision.found) if decision.action == "mask" else text


__all__ = ["Blocked", "Decision", "GuardStats", "guard"]


def _check_numbers(deadline_ms: Any, threshold: Any, window: Any) -> None:
    """Raises ConfigurationError: with a number that is none every text would pass, or none."""
    if deadline_ms is not None and not (_is_number(deadline_ms) and deadline_ms > 0):
        raise ConfigurationError(f"guard: deadline_ms={deadline_ms!r}; it is a number of milliseconds above 0, or None")
    if not (_is_number(threshold) and 0 <= threshold <= 1):
        raise ConfigurationError(f"guard: threshold={threshold!r}; it is a confidence from 0 to 1")
    if not (_is_number(window) and window >= 1):
        raise ConfigurationError(f"guard: window={window!r}; it is a number of characters, 1 or more")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
