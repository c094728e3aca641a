"""Which instrumentations `init` switches on, when, and how it says so."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from spanglass.instrument.choose import Choice, choose
from spanglass.instrument.found import GROUP, Candidate
from spanglass.instrument.on_import import ImportWatcher
from spanglass.instrument.request import summary, wanted_of

from .test_processes import run


def candidate(family: str, client: str = "openai", *, client_version: str | None = "2") -> Candidate:
    entry = EntryPoint(client, f"{family}.nowhere:Instrumentor", GROUP)
    return Candidate(client, client, family, f"{family}-{client}", "1.0", entry, client_version)


ALL = [candidate("openllmetry"), candidate("openinference"), candidate("otel")]


def families(choice: Choice) -> list[str]:
    return [each.family for each in choice.on]


@pytest.mark.parametrize(
    ("wanted", "family"),
    [
        (None, "openllmetry"),
        (["openai"], "openllmetry"),
        (["otel"], "otel"),
        (["openinference:openai"], "openinference"),
        (["openai", "otel"], "otel"),
        (["openinference-openai"], "openinference"),
    ],
)
def test_a_client_gets_one_instrumentation(wanted: list[str] | None, family: str) -> None:
    """The preferred one, unless the application names whose it wants."""
    choice = choose(ALL, wanted, [])
    assert families(choice) == [family]
    assert len(choice.skipped) == 2


def test_what_is_on_already_wins() -> None:
    """An application that switched one on itself keeps it, and gets no second."""
    choice = choose(ALL, None, [ALL[1]])
    assert (families(choice), choice.already) == ([], [ALL[1]])
    assert {each.why for each in choice.skipped} == {"openinference 1.0 was on already"}


def test_a_client_that_is_not_installed_is_not_instrumented() -> None:
    """Its instrumentation is named with the reason; the other client is traced."""
    choice = choose([candidate("openinference", "dspy", client_version=None), *ALL], None, [])
    assert [each.client for each in choice.on] == ["openai"]
    assert "dspy is not installed" in summary(choice)


def test_a_name_that_nothing_goes_by_is_said() -> None:
    """A typing mistake in `instrument` does not pass in silence."""
    choice = choose(ALL, ["opnai"], [])
    assert choice.unknown == ["opnai"]
    assert "nothing is called 'opnai'" in summary(choice)


def test_the_environment_is_asked_only_when_init_does_not_say() -> None:
    """`SPANGLASS_INSTRUMENT` is all, none, or names."""
    assert wanted_of(True, None) is wanted_of(True, "all") is None
    assert wanted_of(True, "none") == []
    assert wanted_of(True, "openai, groq") == ["openai", "groq"]
    assert wanted_of(["x"], "openai") == ["x"]
    assert wanted_of(False, "openai") == ()


def test_something_runs_right_after_the_first_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The module is complete by then, and no trace of the watcher is left on it."""
    (tmp_path / "late_client.py").write_text("value = 42\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    seen: list[int] = []
    watcher = ImportWatcher()
    watcher.when_imported("late_client", lambda: seen.append(sys.modules["late_client"].value))
    try:
        import late_client  # type: ignore[import-not-found]
    finally:
        watcher.forget()
    assert seen == [42]
    assert type(late_client.__loader__) is type(late_client.__spec__.loader)
    assert type(late_client.__loader__).__name__ == "SourceFileLoader"
    assert watcher not in sys.meta_path
    watcher.when_imported("late_client", lambda: seen.append(1))
    assert seen == [42, 1]


ONE_CALL = """
    import spanglass, sys
    spanglass.init({arguments})
    spanglass.init({arguments})
    assert "openai" not in sys.modules
    import httpx
    from openai import OpenAI
    reply = {{"id": "1", "object": "chat.completion", "created": 1, "model": "gpt-x",
             "choices": [{{"index": 0, "finish_reason": "stop",
                          "message": {{"role": "assistant", "content": "hey"}}}}],
             "usage": {{"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}}}}
    def ask():
        transport = httpx.MockTransport(lambda request: httpx.Response(200, json=reply))
        client = OpenAI(api_key="k", base_url="http://model.invalid", http_client=httpx.Client(transport=transport))
        client.chat.completions.create(model="gpt-x", messages=[{{"role": "user", "content": "hi"}}])
    ask()
    spanglass.flush()
    print("created", spanglass.stats().created)
    spanglass.shutdown()
    ask()
    print("created", spanglass.stats().created)
"""


@pytest.mark.parametrize("arguments", ["", "instrument=['openai'], quiet=True", "instrument=['otel']"])
def test_init_traces_a_client_that_is_imported_later(receiver: object, arguments: str) -> None:
    """One call is one span, though three instrumentations are installed and `init` ran twice."""
    pytest.importorskip("openai")
    said = run(ONE_CALL.format(arguments=arguments), receiver.endpoint)  # type: ignore[attr-defined]
    (span,) = receiver.spans  # type: ignore[attr-defined]
    # OpenTelemetry's and OpenInference's undo what they did; OpenLLMetry's leaves the chat resource wrapped.
    assert said.startswith("created 1\ncreated 1\n" if "otel" in arguments else "created 1\n")
    assert said.count("spanglass traces openai") == (0 if "quiet" in arguments else 1)
    assert "gen_ai.request.model" in {pair.key for pair in span.attributes}


def test_init_can_leave_clients_alone(receiver: object) -> None:
    """`instrument=False` traces what is decorated and nothing else, and says nothing."""
    pytest.importorskip("openai")
    said = run(ONE_CALL.format(arguments="instrument=False"), receiver.endpoint)  # type: ignore[attr-defined]
    assert said == "created 0\ncreated 0\n"
