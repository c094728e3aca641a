"""Everything that can be decorated, in either order of decorators, and what it must still be afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import pickle
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass import span, trace
from spanglass.testing import Captured, capture


@trace(kind="agent")
class Bot:
    """A traced class."""

    def __init__(self, name: str) -> None:
        self.name = name

    def ask(self, question: str) -> str:
        return self._think(question)

    async def later(self, question: str) -> str:
        return question

    @classmethod
    def make(cls) -> Bot:
        return cls("made")

    @staticmethod
    def twice(n: int) -> int:
        return 2 * n

    @property
    def title(self) -> str:
        return self.name.title()

    def __call__(self) -> str:
        return self.name

    def _think(self, question: str) -> str:
        return question[::-1]


@trace
def module_level(x: int) -> int:
    """Doc."""
    return x


def test_a_class_stays_the_same_class_and_its_public_methods_are_traced(captured: Captured) -> None:
    """Private methods, properties and construction are left alone; instances pickle."""
    bot = Bot.make()
    assert isinstance(bot, Bot)
    assert (bot.ask("ab"), Bot.twice(2), bot(), bot.title) == ("ba", 4, "made", "Made")
    assert asyncio.run(bot.later("x")) == "x"
    assert [found.name for found in captured.spans] == ["Bot.make", "Bot.ask", "Bot.twice", "Bot.__call__", "Bot.later"]
    assert captured.one("Bot.ask").attributes["input.value"] == '{"question":"ab"}'
    assert pickle.loads(pickle.dumps(bot)).name == "made"


def test_functions_pickle_by_name() -> None:
    """A decorated module-level function is found again where it was."""
    assert pickle.loads(pickle.dumps(module_level)) is module_level


@pytest.mark.parametrize("outside", [True, False])
def test_properties_and_cached_properties_are_traced(captured: Captured, outside: bool) -> None:
    """Above or below the descriptor."""

    def read(self: Any) -> int:
        return 7

    both = (lambda kind: trace(name="r")(kind(read))) if outside else (lambda kind: kind(trace(name="r")(read)))
    owner = type("Owner", (), {"plain": both(property), "kept": both(functools.cached_property)})
    owner.kept.__set_name__(owner, "kept")
    found = owner()
    assert (found.plain, found.kept, found.kept) == (7, 7, 7)
    assert len(captured.named("r")) == 2


def test_partialmethods_and_caches_keep_what_they_can_do(captured: Captured) -> None:
    """`cache_info` and `cache_clear` survive; a partialmethod binds."""

    class Box:
        def scale(self, factor: int, n: int) -> int:
            return factor * n

        double = trace(name="double")(functools.partialmethod(scale, 2))

    cached = trace(name="cached")(functools.lru_cache(lambda n: n))
    assert (Box().double(4), cached(1), cached(1)) == (8, 1, 1)
    assert cached.cache_info().hits == 1  # type: ignore[attr-defined]
    assert captured.one("double").attributes["input.value"] == '{"factor":2,"n":4}'


def test_callable_objects_and_partials_of_coroutines_are_awaited(captured: Captured) -> None:
    """The span covers the awaited time, and the wrapper is a coroutine function."""

    class Answer:
        async def __call__(self, x: int) -> int:
            return x

    async def add(a: int, b: int) -> int:
        return a + b

    async def main() -> list[int]:
        traced = [trace(Answer()), trace(functools.partial(add, 1))]
        assert all(inspect.iscoroutinefunction(function) for function in traced)
        return [await function(2) for function in traced]

    assert asyncio.run(main()) == [2, 3]
    assert [found.attributes["output.value"] for found in captured.spans] == ["2", "3"]


def test_context_managers_hold_their_span_open_and_current(captured: Captured) -> None:
    """`@trace` above `@contextmanager` and `@asynccontextmanager`, as a block and as a decorator."""

    @trace(name="sync")
    @contextlib.contextmanager
    def opened(x: int) -> Iterator[int]:
        yield x

    @trace(name="async")
    @contextlib.asynccontextmanager
    async def opened_async() -> AsyncIterator[int]:
        yield 2

    async def main() -> None:
        async with opened_async() as value:
            with span(f"in async {value}"):
                pass

    with opened(1) as value, span(f"in sync {value}"):
        pass
    opened(3)(lambda: trace(name="decorated")(lambda: None)())()
    asyncio.run(main())
    sync, decorating = captured.named("sync")
    assert captured.one("decorated").parent == decorating.context
    assert captured.one("in sync 1").parent == sync.context
    assert captured.one("in async 2").parent == captured.one("async").context


def test_a_context_manager_that_swallows_still_does(captured: Captured) -> None:
    """Exceptions reach the generator, as without tracing."""

    @trace(name="quiet")
    @contextlib.contextmanager
    def quiet() -> Iterator[None]:
        with contextlib.suppress(ValueError):
            yield

    with quiet():
        raise ValueError("swallowed")
    assert captured.one("quiet").status.description is None


def test_a_block_may_be_left_in_another_task(captured: Captured, caplog: pytest.LogCaptureFixture) -> None:
    """As fixtures and middlewares do; nothing fails to detach, and the other task is not disturbed."""

    async def main() -> None:
        block = span("block")
        await asyncio.create_task(block.__aenter__())  # type: ignore[arg-type]
        await asyncio.create_task(block.__aexit__(None, None, None))  # type: ignore[arg-type]
        trace(name="after")(lambda: None)()

    asyncio.run(main())
    assert "detach" not in caplog.text
    assert captured.one("after").parent is None


KINDS = st.sampled_from(["function", "coroutine", "generator", "async generator"])
ERRORS = st.sampled_from([None, ValueError("v"), KeyError(1), StopIteration("s"), KeyboardInterrupt(), RuntimeError()])
ANYTHING = st.recursive(
    st.none() | st.integers() | st.text() | st.binary() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
SIGNATURES = st.sampled_from(
    ["*args, **kwargs", "a=None, /, *rest, **more", "self=0, *items, key=1, **options", "*, password=None, **rest"]
)


def made(kind: str, signature: str, steps: list[Any], error: BaseException | None) -> Any:
    """A function of that kind and signature that logs what happens to it."""
    prefix = "async " if kind in ("coroutine", "async generator") else ""
    body = "\n".join(f"    got.append((yield steps[{n}]))" for n in range(len(steps))) if "generator" in kind else ""
    tail = "    if error is not None: raise error\n" + ("" if "generator" in kind else "    return steps\n")
    empty = "    if False: yield\n" if "generator" in kind else ""
    scope: dict[str, Any] = {"steps": steps, "error": error, "got": []}
    exec(f"{prefix}def f({signature}):\n    got.append(sorted(locals()))\n{body}\n{tail}{empty}", scope)
    return scope["f"], scope["got"]


def outcome(function: Any, kind: str, args: list[Any], kwargs: dict[str, Any]) -> tuple[list[Any], Any]:
    """Every object that came out, and the exception that ended it."""
    out: list[Any] = []

    async def run() -> None:
        if kind == "coroutine":
            out.append(await function(*args, **kwargs))
        async for item in function(*args, **kwargs) if kind == "async generator" else nothing():
            out.append(item)  # noqa: PERF401 - the items before an exception count

    async def nothing() -> AsyncIterator[None]:
        for item in ():
            yield item

    try:
        if kind == "function":
            out.append(function(*args, **kwargs))
        elif kind == "generator":
            out.extend(function(*args, **kwargs))
        else:
            with contextlib.suppress(StopIteration):  # how a coroutine that never waits says that it is done
                run().send(None)
    except BaseException as error:  # noqa: BLE001 - it is what is compared
        return out, error
    return out, None


@given(KINDS, SIGNATURES, st.lists(ANYTHING, max_size=3), ERRORS, st.lists(ANYTHING, max_size=2), st.data())
def test_made_up_functions_behave_as_without_tracing(
    kind: str, signature: str, steps: list[Any], error: BaseException | None, args: list[Any], data: st.DataObject
) -> None:
    """Same objects out, same exception, same calls in, one span."""
    kwargs = data.draw(st.dictionaries(st.sampled_from(["key", "token", "x"]), ANYTHING, max_size=2))
    plain, plain_got = made(kind, signature, steps, error)
    wrapped, traced_got = made(kind, signature, steps, error)
    expected, expected_error = outcome(plain, kind, args, kwargs)
    with capture() as captured:
        found, found_error = outcome(trace(wrapped), kind, args, kwargs)
    assert len(found) == len(expected)
    assert all(a is b for a, b in zip(found, expected, strict=True))
    assert type(found_error) is type(expected_error)
    if not isinstance(expected_error, (TypeError, RuntimeError)) or expected_error is error:
        assert found_error is expected_error
    assert traced_got == plain_got
    assert len(captured.spans) == 1
