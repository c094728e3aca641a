"""What a tracer must get right about context, as a list of scenarios that any tracer can run.

A scenario calls functions that the tracer decorated and says what it expects: `parents` maps the name of every span to
the name of its parent (None: a root). Names that must be errors are in `errors`. A scenario that checks something
else yields complaints. Nothing here imports a tracer.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import inspect
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

Trace = Callable[[str], Callable[[Any], Any]]  # trace("name")(function)


@dataclass(frozen=True)
class Expected:
    """`parents`: span name -> parent's name or None. Spans not named here are ignored."""

    parents: dict[str, str | None] = field(default_factory=dict)
    errors: frozenset[str] = frozenset()
    complaints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    name: str
    run: Callable[[Trace], Expected]


SCENARIOS: list[Scenario] = []


def scenario(name: str) -> Callable[[Callable[[Trace], Expected]], Callable[[Trace], Expected]]:
    def add(run: Callable[[Trace], Expected]) -> Callable[[Trace], Expected]:
        SCENARIOS.append(Scenario(name, run))
        return run

    return add


def leaf(trace: Trace, name: str) -> Callable[[], None]:
    def run() -> None:
        return None

    run.__name__ = run.__qualname__ = name
    return trace(name)(run)


def named(name: str, function: Any) -> Any:
    function.__name__ = function.__qualname__ = name
    return function


@scenario("function in function")
def nested(trace: Trace) -> Expected:
    child = leaf(trace, "child")
    trace("parent")(named("parent", lambda: child()))()
    leaf(trace, "after")()
    return Expected({"child": "parent", "parent": None, "after": None})


@scenario("coroutine in coroutine")
def coroutines(trace: Trace) -> Expected:
    async def child() -> None:
        await asyncio.sleep(0)

    traced = trace("child")(child)

    async def parent() -> None:
        await traced()

    asyncio.run(trace("parent")(parent)())
    return Expected({"child": "parent", "parent": None})


@scenario("asyncio.gather keeps siblings apart")
def gathered(trace: Trace) -> Expected:
    first, second = leaf(trace, "child_a"), leaf(trace, "child_b")

    async def task_a() -> None:
        await asyncio.sleep(0)
        first()

    async def task_b() -> None:
        await asyncio.sleep(0)
        second()

    async def parent() -> None:
        await asyncio.gather(trace("task_a")(task_a)(), trace("task_b")(task_b)())

    asyncio.run(trace("parent")(parent)())
    return Expected({"task_a": "parent", "task_b": "parent", "child_a": "task_a", "child_b": "task_b"})


@scenario("task that outlives its parent")
def outliving(trace: Trace) -> Expected:
    late = leaf(trace, "late")

    async def background() -> None:
        await asyncio.sleep(0.001)
        late()

    async def main() -> None:
        async def parent() -> Any:
            return asyncio.ensure_future(background())

        await (await trace("parent")(parent)())

    asyncio.run(main())
    return Expected({"parent": None, "late": "parent"})


@scenario("asyncio.to_thread")
def to_thread(trace: Trace) -> Expected:
    child = leaf(trace, "child")

    async def parent() -> None:
        await asyncio.to_thread(child)

    asyncio.run(trace("parent")(parent)())
    return Expected({"child": "parent", "parent": None})


@scenario("executor with a copied context")
def executor(trace: Trace) -> Expected:
    child = leaf(trace, "child")

    def parent() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(contextvars.copy_context().run, child).result()

    trace("parent")(parent)()
    return Expected({"child": "parent", "parent": None})


@scenario("thread without a context is a root")
def bare_thread(trace: Trace) -> Expected:
    other = leaf(trace, "other")

    def parent() -> None:
        thread = threading.Thread(target=contextvars.Context().run, args=(other,))
        thread.start()
        thread.join()

    trace("parent")(parent)()
    return Expected({"other": None, "parent": None})


def numbers(trace: Trace, count: int = 3) -> Any:
    inside = leaf(trace, "inside")

    def stream() -> Any:
        for number in range(count):
            inside()
            yield number

    return trace("stream")(stream)


def async_numbers(trace: Trace, count: int = 3) -> Any:
    inside = leaf(trace, "inside")

    async def stream() -> Any:
        for number in range(count):
            await asyncio.sleep(0)
            inside()
            yield number

    return trace("stream")(stream)


@scenario("generator: what it calls is its child")
def generator_inside(trace: Trace) -> Expected:
    list(numbers(trace)())
    return Expected({"inside": "stream", "stream": None})


@scenario("generator: calls between two items are not")
def generator_between(trace: Trace) -> Expected:
    between = leaf(trace, "between")
    for _ in numbers(trace)():
        between()
    return Expected({"between": None, "stream": None})


@scenario("generator in a function: calls between items belong to the function")
def generator_consumer(trace: Trace) -> Expected:
    between, items = leaf(trace, "between"), numbers(trace)

    def consumer() -> None:
        for _ in items():
            between()

    trace("consumer")(consumer)()
    return Expected({"between": "consumer", "stream": "consumer", "consumer": None})


@scenario("generator left half-way: span ends, nothing leaks")
def generator_break(trace: Trace) -> Expected:
    items = numbers(trace)()
    next(items)
    del items
    gc.collect()
    leaf(trace, "after")()
    return Expected({"stream": None, "after": None})


@scenario("generator takes send and throw")
def generator_protocol(trace: Trace) -> Expected:
    def echo() -> Any:
        with contextlib.suppress(ValueError):
            yield (yield "ready")
        yield "recovered"

    running = trace("echo")(echo)()
    try:
        got = [next(running), running.send("hi"), running.throw(ValueError("x"))]
    except Exception as error:  # noqa: BLE001 - a tracer that breaks the protocol is the finding
        return Expected(complaints=(f"{type(error).__name__}: {error}",))
    return Expected({"echo": None}, complaints=() if got == ["ready", "hi", "recovered"] else (f"got {got}",))


@scenario("generator function stays one")
def generator_face(trace: Trace) -> Expected:
    def plain() -> Any:
        yield 1

    async def stream() -> Any:
        yield 1

    async def coroutine() -> None: ...

    kept = (
        inspect.isgeneratorfunction(trace("a")(plain)),
        inspect.isasyncgenfunction(trace("b")(stream)),
        inspect.iscoroutinefunction(trace("c")(coroutine)),
    )
    return Expected(complaints=() if all(kept) else (f"generator, async generator, coroutine: {kept}",))


@scenario("async generator: what it calls is its child")
def async_inside(trace: Trace) -> Expected:
    async def main() -> None:
        async for _ in async_numbers(trace)():
            pass

    asyncio.run(main())
    return Expected({"inside": "stream", "stream": None})


@scenario("async generator: calls between two items are not")
def async_between(trace: Trace) -> Expected:
    between = leaf(trace, "between")

    async def main() -> None:
        async for _ in async_numbers(trace)():
            between()

    asyncio.run(main())
    return Expected({"between": None, "stream": None})


@scenario("async generator: early break and aclose")
def async_break(trace: Trace) -> Expected:
    async def main() -> None:
        async with contextlib.aclosing(async_numbers(trace)()) as items:
            async for _ in items:
                break
        leaf(trace, "after")()

    asyncio.run(main())
    return Expected({"stream": None, "after": None})


@scenario("async generator: closed from another task")
def async_other_task(trace: Trace) -> Expected:
    async def main() -> None:
        items = async_numbers(trace)()
        await asyncio.ensure_future(items.__anext__())
        await asyncio.ensure_future(items.aclose())
        leaf(trace, "after")()

    asyncio.run(main())
    return Expected({"stream": None, "after": None})


@scenario("async generator: forgotten until the loop ends")
def async_forgotten(trace: Trace) -> Expected:
    async def main() -> None:
        items = async_numbers(trace)()
        await items.__anext__()
        leaf(trace, "after")()

    asyncio.run(main())
    gc.collect()
    return Expected({"stream": None, "after": None})


@scenario("Starlette StreamingResponse of a traced stream")
def streaming_response(trace: Trace) -> Expected:
    import httpx
    from starlette.applications import Starlette
    from starlette.responses import StreamingResponse
    from starlette.routing import Route

    inside = leaf(trace, "inside")

    async def stream() -> Any:
        for text in ("a", "b"):
            inside()
            yield text

    async def handler() -> Any:
        return StreamingResponse(trace("stream")(stream)())

    traced = trace("handler")(handler)

    async def endpoint(request: Any) -> Any:
        return await traced()

    async def main() -> None:
        transport = httpx.ASGITransport(app=Starlette(routes=[Route("/", endpoint)]))
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            await client.get("/")
        leaf(trace, "after")()

    asyncio.run(main())
    return Expected({"handler": None, "inside": "stream", "after": None})


def raises(trace: Trace, error: BaseException) -> Expected:
    def fail() -> None:
        raise error

    complaints: tuple[str, ...] = ()
    try:
        trace("fail")(fail)()
    except BaseException as raised:  # noqa: BLE001 - it is ours
        complaints = () if raised is error else ("another exception object",)
    leaf(trace, "after")()
    return Expected({"fail": None, "after": None}, frozenset({"fail"}), complaints)


@scenario("exception: same object, span is an error")
def exception(trace: Trace) -> Expected:
    return raises(trace, ValueError("no"))


@scenario("KeyboardInterrupt ends the span as an error")
def interrupt(trace: Trace) -> Expected:
    return raises(trace, KeyboardInterrupt())


@scenario("SystemExit ends the span as an error")
def system_exit(trace: Trace) -> Expected:
    return raises(trace, SystemExit(3))


@scenario("cancelled coroutine: span ends as an error, nothing leaks")
def cancelled(trace: Trace) -> Expected:
    async def wait() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        task = asyncio.ensure_future(trace("wait")(wait)())
        await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        leaf(trace, "after")()

    asyncio.run(main())
    return Expected({"wait": None, "after": None}, frozenset({"wait"}))


@scenario("coroutine closed in another context")
def closed_coroutine(trace: Trace) -> Expected:
    class Pause:
        def __await__(self) -> Any:
            yield

    async def wait() -> None:
        await Pause()

    running = trace("wait")(wait)()
    contextvars.copy_context().run(running.send, None)
    contextvars.Context().run(running.close)
    leaf(trace, "after")()
    return Expected({"wait": None, "after": None})


@scenario("context manager: calls in the block are its children")
def manager(trace: Trace) -> Expected:
    child = leaf(trace, "child")

    @contextlib.contextmanager
    def opened() -> Any:
        yield 1

    with trace("opened")(named("opened", opened))():
        child()
    leaf(trace, "after")()
    return Expected({"opened": None, "child": "opened", "after": None})


@scenario("an OpenTelemetry span inside nests, and so do ours in it")
def third_party(trace: Trace) -> Expected:
    from opentelemetry import trace as otel

    child = leaf(trace, "child")

    def parent() -> None:
        with otel.get_tracer("third").start_as_current_span("third"):
            child()

    trace("parent")(parent)()
    return Expected({"child": "third", "third": "parent", "parent": None})


@scenario("W3C traceparent out names the current span")
def traceparent(trace: Trace) -> Expected:
    from opentelemetry import propagate

    headers: dict[str, str] = {}
    trace("caller")(named("caller", lambda: propagate.inject(headers)))()
    flags = headers.get("traceparent", "00").rpartition("-")[2]
    return Expected({"caller": None}, complaints=() if int(flags, 16) & 1 else (f"{headers}: not sampled",))


@scenario("W3C traceparent in is the parent")
def traceparent_in(trace: Trace) -> Expected:
    from opentelemetry import context, propagate

    token = context.attach(propagate.extract({"traceparent": f"00-{7:032x}-{9:016x}-01"}))
    leaf(trace, "served")()
    context.detach(token)
    return Expected({"served": f"{9:016x}"})


@scenario("50 tasks in threads: every child in its own task")
def many_tasks(trace: Trace) -> Expected:
    parents: dict[str, str | None] = {}
    calls = []
    for number in range(50):
        child = leaf(trace, f"child{number}")

        async def task(child: Any = child) -> None:
            await asyncio.sleep(0)
            await asyncio.to_thread(child)

        calls.append(trace(f"task{number}")(named(f"task{number}", task)))
        parents |= {f"task{number}": "root", f"child{number}": f"task{number}"}

    async def root() -> None:
        await asyncio.gather(*(call() for call in calls))

    asyncio.run(trace("root")(root)())
    return Expected(parents)
