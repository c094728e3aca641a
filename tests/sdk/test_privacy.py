"""What leaves the application: redaction, masks, metadata mode, limits, media. All after the exporter's last look."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from spanglass import current_span, span, trace
from spanglass.capture.content import refine_text
from spanglass.capture.patterns import BUILT_IN, passes_luhn, redactions
from spanglass.capture.policy import ContentLimits, Policy, in_force
from spanglass.config import InitOptions, configure
from spanglass.errors import ConfigurationError
from spanglass.runtime import SCOPE, runtime
from spanglass.testing import Captured


@pytest.fixture
def policy() -> Iterator[Any]:
    """Puts a policy in force, and the old one back."""
    before = in_force.policy

    def put(**said: Any) -> None:
        in_force.policy = Policy(**said)

    yield put
    in_force.policy = before


@pytest.mark.parametrize(
    ("name", "hit", "miss"),
    [
        ("email", "write to jo.doe+x@mail.example.org now", "a@b and @handle"),
        ("card", "4111 1111 1111 1111", "4111 1111 1111 1112"),
        ("card", "pay 5500005555555559.", "order 1234567890123456"),
        ("key", "use sk-abcdefghijklmnop1234", "sk-short, task-force"),
        ("key", "Authorization: Bearer abcdef0123456789abcdef", "bearer of news"),
        ("key", "AKIAIOSFODNN7EXAMPLE", "AKIA"),
        ("phone", "call +49 30 1234567 today", "2026-11-21 10:30, v1.2.3"),
        ("phone", "(555) 123-4567", "123-45"),
        ("iban", "DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 01"),
        ("ssn", "123-45-6789", "000-45-6789"),
        ("ip", "from 192.168.1.20", "version 1.2.3, 300.1.1.1"),
    ],
)
def test_built_in_patterns_hit_what_they_name_and_spare_what_looks_like_it(name: str, hit: str, miss: str) -> None:
    """Check digits decide where there are any."""
    redaction = BUILT_IN[name]
    assert f"[{name}]" in redaction.apply(hit)
    assert redaction.apply(miss) == miss


def test_an_unknown_redaction_is_refused() -> None:
    """The message lists what is built in."""
    with pytest.raises(ConfigurationError, match="email"):
        redactions(["e-mail"])


@given(st.recursive(st.text() | st.integers() | st.none(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_redacted_json_stays_json_and_holds_no_email(value: Any) -> None:
    """Wherever it stands, as a value or a key."""
    text = json.dumps({"around": value, "me@example.org": ["me@example.org"]}, separators=(",", ":"))
    refined = refine_text(text, Policy(redactions=redactions(True)))
    assert "me@example.org" not in refined
    json.loads(refined)


@pytest.mark.parametrize("number", ["4111111111111111", "378282246310005", "6011111111111117"])
def test_card_numbers_are_told_by_their_check_digit(number: str) -> None:
    """Every other last digit fails."""
    assert passes_luhn(number)
    assert not any(passes_luhn(number[:-1] + str(digit)) for digit in range(10) if str(digit) != number[-1])


def test_a_card_that_is_a_number_is_redacted_too(captured: Captured, policy: Any) -> None:
    """JSON numbers become text where they must be hidden."""
    policy(redactions=redactions(["card"]))
    trace(name="f")(lambda card: None)(4111111111111111)
    assert captured.one("f").attributes["input.value"] == '{"card":"[card]"}'


def test_redaction_reaches_exceptions(captured: Captured, policy: Any) -> None:
    """Message, stack trace and status hold what the application said, so they are content."""
    policy(redactions=redactions(["email"]))

    def fail() -> None:
        raise ValueError("no such user: jo@example.org")

    with pytest.raises(ValueError, match=r"jo@example\.org"):
        trace(name="f")(fail)()
    found = captured.one("f")
    assert "jo@" not in str(dict(found.events[0].attributes or {})) + str(found.status.description)


def test_a_mask_gets_parsed_content_and_its_answer_leaves(captured: Captured, policy: Any) -> None:
    """Per function and global masks run one after the other."""
    policy(masks=(lambda value: {"outer": value},))
    trace(name="f", mask=lambda value: len(value))(lambda text: [1, 2, 3])("x")
    attributes = captured.one("f").attributes
    assert (attributes["input.value"], attributes["output.value"]) == ('{"outer":1}', '{"outer":3}')


def test_a_mask_that_raises_drops_the_content_visibly(captured: Captured) -> None:
    """It never leaks what it was given."""

    def broken(value: Any) -> Any:
        raise KeyError("secret")

    trace(name="f", mask=broken)(lambda text: text)("secret")
    attributes = captured.one("f").attributes
    assert attributes["output.value"] == '"[dropped: mask raised KeyError]"'
    assert "secret" not in str(dict(attributes))


def test_metadata_mode_records_no_content(captured: Captured, policy: Any) -> None:
    """Names, times, models and tokens stay; inputs, outputs, messages and error texts do not."""
    policy(metadata_only=True)

    @trace(name="f", kind="llm")
    def call(messages: list[Any], model: str) -> str:
        current_span().update(messages=messages, input_tokens=3, output="hidden")
        raise ValueError("hidden")

    with pytest.raises(ValueError, match="hidden"):
        call([{"role": "user", "content": "hidden"}], "gpt-x")
    with span("block", input="hidden") as s:
        s.otel.set_attribute("gen_ai.prompt.0.content", "hidden")
    found = captured.one("f")
    everything = [dict(s.attributes or {}) for s in captured.spans], [dict(e.attributes) for e in found.events]
    assert "hidden" not in str(everything) + str(found.status.description)
    assert (found.attributes["gen_ai.usage.input_tokens"], found.attributes["error.type"]) == (3, "ValueError")


def test_a_function_may_say_otherwise(captured: Captured, policy: Any) -> None:
    """`capture=` of the function wins over the process, both ways."""
    policy(metadata_only=True)
    trace(name="open", capture="full")(lambda x: x)(1)
    policy()
    trace(name="closed", capture="metadata")(lambda x: x)(1)
    assert captured.one("open").attributes["input.value"] == '{"x":1}'
    assert "input.value" not in captured.one("closed").attributes


@pytest.mark.parametrize(
    ("environ", "metadata"),
    [
        ({}, False),
        ({"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "NO_CONTENT"}, True),
        ({"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "EVENT_ONLY"}, True),
        ({"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "false"}, True),
        ({"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY"}, False),
        ({"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "span_and_event"}, False),
        ({"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}, False),
        ({"SPANGLASS_CAPTURE": "metadata"}, True),
        ({"SPANGLASS_CAPTURE": "full", "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "NO_CONTENT"}, False),
    ],
)
def test_the_environment_decides_on_content(environ: dict[str, str], metadata: bool) -> None:
    """The values of the conventions, old and new; ours wins."""
    assert configure(InitOptions(), environ).policy.metadata_only is metadata
    assert configure(InitOptions(capture="full"), environ).policy.metadata_only is False


def test_secrets_are_redacted_at_every_depth(captured: Captured) -> None:
    """In arguments and in results, in dataclasses, and in the repr of objects."""

    @dataclasses.dataclass
    class Settings:
        password: str

    class Client:
        def __repr__(self) -> str:
            return "Client(api_key='hush', timeout=3)"

    deep = {
        "a": [{"headers": {"X-Api-Key": "hush"}}],
        "settings": Settings("hush"),
        "client": Client(),
        "max_tokens": 5,
    }
    trace(name="f")(lambda options: {"auth": {"access_token": "hush"}, "usage": {"total_tokens": 7}})(deep)
    attributes = captured.one("f").attributes
    assert "hush" not in str(dict(attributes))
    assert json.loads(attributes["input.value"])["options"]["max_tokens"] == 5
    assert json.loads(attributes["output.value"])["usage"] == {"total_tokens": 7}


def test_pictures_are_recorded_by_reference(captured: Captured) -> None:
    """Data URLs and long base64 become type, size and digest, also when they are larger than a snapshot may be."""
    data = bytes(range(256)) * 8000
    url = "data:image/png;base64," + base64.b64encode(data).decode()
    content = [{"type": "text", "text": "what is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    trace(name="f")(lambda messages: None)([{"role": "user", "content": content}])
    text = captured.one("f").attributes["input.value"]
    assert len(text) < 500
    assert "image/png 2048000 bytes sha256=" in text
    assert "what is it?" in text


def test_large_values_keep_their_shape(captured: Captured) -> None:
    """Long texts and long lists are shortened in place, and say by how much."""
    value = {"text": "word " * 40_000, "items": list(range(5000)), "id": 7}
    trace(name="f")(lambda value: None)(value)
    kept = json.loads(captured.one("f").attributes["input.value"])["value"]
    assert kept["id"] == 7
    assert kept["text"].endswith("[truncated: 200000 characters]")
    assert (kept["items"][0], kept["items"][-1], kept["items"][500]) == (0, 4999, "… [4000 more items]")


@given(
    st.recursive(st.text(max_size=50) | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)),
    st.integers(200, 2000),
)
def test_limits_hold_for_any_value(value: Any, limit: int) -> None:
    """The refined text is JSON within the limit."""
    limits = ContentLimits(value_bytes=limit, text_chars=20, items=10, depth=5, unchecked_bytes=100)
    text = json.dumps(value, ensure_ascii=False)
    refined = refine_text(text.encode("utf-8", "replace").decode(), Policy(limits=limits))
    assert len(refined.encode()) <= max(limit, 400)
    json.loads(refined)


def test_content_is_refined_before_another_provider_sees_it(captured: Captured, policy: Any) -> None:
    """Beside an OpenTelemetry SDK, its exporters get the redacted text: theirs is a road we do not control."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    policy(redactions=redactions(["email"]))
    runtime.tracer = provider.get_tracer(SCOPE)
    trace(name="f", redact=[re.compile("blue")])(lambda mail, api_key: {"api_key": 1, "color": "blue"})("a@b.org", "k")
    (found,) = exporter.get_finished_spans()
    assert found.attributes is not None
    assert found.attributes["input.value"] == '{"mail":"[email]","api_key":"[redacted]"}'
    assert found.attributes["output.value"] == '{"api_key":"[redacted]","color":"[redacted]"}'
