"""Checks that hang, raise, answer nonsense; many at once; forks: the application always goes on as it was told to."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest

import spanglass
from spanglass.guarded.workers import Stuck, Workers, workers
from spanglass.testing import Captured


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What hanging checks wait for; opened at the end, so that no thread stays behind."""
    opened = threading.Event()
    yield opened
    opened.set()


def hanging(gate: threading.Event) -> Callable[[str], None]:
    def hangs(text: str) -> None:
        gate.wait(60)

    return hangs


def email(text: str) -> list[tuple[str, int, int]]:
    at = text.find("a@b.io")
    return [("email", at, at + 6)] if at >= 0 else []


def raising(text: str) -> None:
    raise RuntimeError(text)


def test_a_hanging_check_costs_the_deadline_and_no_more(captured: Captured, gate: threading.Event) -> None:
    """Open: the text passes, with what the other check found already masked."""
    guarded = spanglass.guard([email, hanging(gate)], policy={"email": "mask"}, deadline_ms=100)
    before, began_s = workers.abandoned, time.monotonic()

    assert guarded.input("to a@b.io") == "to [email]"

    assert time.monotonic() - began_s < 30
    assert guarded.stats.deadlines == 1
    assert workers.abandoned == before + 1


def test_closed_means_that_a_late_check_blocks(captured: Captured, gate: threading.Event) -> None:
    """Sync and async."""
    guarded = spanglass.guard([hanging(gate)], deadline_ms=50, on_error="closed")

    with pytest.raises(spanglass.Blocked, match="deadline: hangs"):
        guarded.input("text")
    with pytest.raises(spanglass.Blocked, match="deadline: hangs"):
        asyncio.run(guarded.ainput("text"))


def test_the_event_loop_runs_on_while_a_check_hangs(captured: Captured, gate: threading.Event) -> None:
    """Another task finishes in the meantime."""
    guarded = spanglass.guard([hanging(gate)], deadline_ms=200)

    async def both() -> list[str]:
        order: list[str] = []

        async def other() -> None:
            await asyncio.sleep(0)
            order.append("other")

        async def checked() -> None:
            await guarded.ainput("text")
            order.append("checked")

        await asyncio.gather(checked(), other())
        return order

    assert asyncio.run(both()) == ["other", "checked"]


@pytest.mark.parametrize("on_error", ["open", "closed"])
@pytest.mark.parametrize("deadline_ms", [None, 5000])
def test_a_check_that_raises_is_decided_by_on_error(
    captured: Captured, on_error: str, deadline_ms: float | None
) -> None:
    """The other checks still run; the error's message, which may hold the text, goes nowhere."""
    guarded = spanglass.guard(
        [raising, email],
        policy={"email": "mask"},
        on_error=on_error,
        deadline_ms=deadline_ms,  # type: ignore[arg-type]
    )

    decision = guarded.inspect("a@b.io")

    assert decision.action == ("mask" if on_error == "open" else "block")
    assert decision.error == "raising: RuntimeError"
    assert "a@b.io" not in str(decision)


@pytest.mark.parametrize("answer", [7, [("kind",)], [("kind", "x", 3)], object()])
def test_an_answer_that_is_none_is_a_failed_check(captured: Captured, answer: object) -> None:
    """Not an error of the application."""
    guarded = spanglass.guard([lambda text: answer])

    assert guarded.input("text") == "text"
    assert guarded.stats.failed_checks == 1


def test_places_outside_of_the_text_are_cut(captured: Captured) -> None:
    """A check that miscounts masks too much rather than raising."""
    guarded = spanglass.guard([lambda text: [("x", -5, 99)]], policy={"*": "mask"})

    assert guarded.input("text") == "[x]"


def test_the_functions_own_errors_pass_unchanged(captured: Captured) -> None:
    """Also one that looks like ours."""
    error = spanglass.Blocked(spanglass.Decision("output", "block"))

    @spanglass.guard([email])
    def fails() -> None:
        raise error

    with pytest.raises(spanglass.Blocked) as raised:
        fails()
    assert raised.value is error


def test_when_all_threads_are_stuck_jobs_are_refused_at_once(gate: threading.Event) -> None:
    """Nobody waits for a deadline that cannot be met; when they come back, work goes on."""
    pool = Workers(most=2)
    stuck = [pool.submit(lambda: gate.wait(60)) for _ in range(2)]  # type: ignore[arg-type,return-value]
    while not all(future.running() for future in stuck):
        time.sleep(0)
    for future in stuck:
        pool.give_up(future)

    with pytest.raises(Stuck):
        pool.submit(lambda: None)
    gate.set()
    for future in stuck:
        future.exception(timeout=60)
    while pool.stuck:
        time.sleep(0)
    pool.submit(lambda: None).result(timeout=60)

    assert pool.abandoned == 2


def test_a_job_that_never_began_never_will(gate: threading.Event) -> None:
    """Its caller has gone."""
    pool, ran = Workers(most=1), []
    first = pool.submit(lambda: gate.wait(60))  # type: ignore[arg-type,return-value]
    second = pool.submit(lambda: ran.append(1))
    pool.give_up(second)
    gate.set()
    first.result(timeout=60)
    pool.submit(lambda: None).result(timeout=60)

    assert ran == []
    assert pool.abandoned == 0


def test_a_crowd_of_threads_gets_right_decisions(captured: Captured) -> None:
    """More callers than threads: they wait in line, within the deadline."""
    guarded = spanglass.guard([email], policy={"email": "mask"}, deadline_ms=60_000)
    wrong: list[str] = []

    def caller(number: int) -> None:
        for turn in range(20):
            text = f"{number}.{turn} a@b.io"
            if guarded.input(text) != f"{number}.{turn} [email]":
                wrong.append(text)

    threads = [threading.Thread(target=caller, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert guarded.stats.actions["mask"] == 800


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_forked_child_has_threads_of_its_own(captured: Captured) -> None:
    """The parent's do not live in it."""
    guarded = spanglass.guard([email], policy={"email": "mask"}, deadline_ms=60_000)
    guarded.input("a@b.io")

    child = os.fork()
    if child == 0:
        os._exit(0 if guarded.input("a@b.io") == "[email]" else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_what_ends_a_thread_does_not_end_the_application(captured: Captured, error: type[BaseException]) -> None:
    """A check that calls `sys.exit` is a failed check."""

    def ends(text: str) -> None:
        raise error

    guarded = spanglass.guard([ends], deadline_ms=60_000)

    assert guarded.input("text") == "text"
    assert asyncio.run(guarded.ainput("text")) == "text"
    assert guarded.stats.failed_checks == 2


def test_a_cancelled_task_leaves_its_check_behind(captured: Captured, gate: threading.Event) -> None:
    """Cancelling is not delayed, and the thread is counted."""
    began = threading.Event()

    def hangs(text: str) -> None:
        began.set()
        gate.wait(60)

    guarded, before = spanglass.guard([hangs], deadline_ms=60_000), workers.abandoned

    async def cancelled() -> None:
        task = asyncio.create_task(guarded.ainput("text"))
        while not began.is_set():
            await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    assert workers.abandoned == before + 1


def test_a_stuck_check_does_not_keep_the_process_from_ending() -> None:
    """Threads are daemons."""
    import subprocess
    import sys

    script = (
        "import spanglass, time\n"
        "g = spanglass.guard([lambda text: time.sleep(600)], deadline_ms=10)\n"
        "assert g.input('x') == 'x'\n"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=120).returncode == 0
