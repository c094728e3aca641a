"""The toxicity model as an evaluator: what the model said, and on request what the user asked."""

from __future__ import annotations

import json

from evaluated_traffic import NOON_NS, SettableClock, Traffic

from spanglass_collector.store import Store
from spanglass_evaluators.engine.span_loop import SpanJob, SpanLoop
from spanglass_evaluators.toxicity.evaluator import of_input, of_output


def test_output_and_input_are_judged_apart(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """An insulted assistant that stays polite is not toxic; its user is. The explanation quotes nobody."""
    asked = json.dumps([{"role": "user", "content": "Hello there. You are a stupid idiot!"}])
    traffic.add(["Thank you, I am glad to help."], received_ns=NOON_NS, InputMessages=asked)

    SpanLoop([SpanJob(of_output()), SpanJob(of_input())], clock).run_once(store)

    found = store.query("SELECT Name, Label, Value > 0.5, Explanation FROM scores ORDER BY Name").result_rows
    assert [row[:3] for row in found] == [("toxicity", "ok", 0), ("toxicity.input", "toxic", 1)]
    assert found[1][3] == "worst sentence at characters 13 to 36"


def test_what_has_no_words_is_unknown(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Unknown is not clean: there is no value."""
    traffic.add(["12345"], received_ns=NOON_NS)

    SpanLoop([SpanJob(of_output())], clock).run_once(store)

    assert store.query("SELECT Value, Label, Error FROM scores").result_rows == [(None, "unknown", "")]
