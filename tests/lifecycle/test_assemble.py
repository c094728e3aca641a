"""Duplicates, splits and digests of datasets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_app.datasets.assemble import assemble, parse_splits
from spanglass_app.datasets.chat import chat_messages
from spanglass_app.datasets.item import Item
from spanglass_collector.errors import ConfigurationError


def example(question: str, answer: str = "yes", conversation: str = "") -> Item:
    return Item(
        [{"role": "user", "content": question}, {"role": "assistant", "content": answer}], conversation=conversation
    )


examples = st.lists(
    st.builds(example, st.text(max_size=3), st.sampled_from(["yes", "no"]), st.sampled_from(["", "c1", "c2", "c3"])),
    min_size=1,
    max_size=40,
)


@given(examples)
@settings(max_examples=200, deadline=None)
def test_no_question_and_no_conversation_is_torn_apart(items: list[Item]) -> None:
    """Whatever shares a conversation or a question, by any chain of both, lies in one split."""
    made = assemble(items, {"train": 0.5, "test": 0.5})
    for key in ("question_key", "conversation"):
        splits: dict[str, set[str]] = {}
        for split, item in made.items:
            if getattr(item, key):
                splits.setdefault(getattr(item, key), set()).add(split)
        assert all(len(found) == 1 for found in splits.values())


@given(examples, st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_digest_is_of_the_content(items: list[Item], chance: object) -> None:
    """Order and repetition change nothing; items are counted once."""
    shuffled = [*items, items[0]]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = assemble(items), assemble(shuffled)
    assert one.digest == other.digest
    assert other.duplicates == one.duplicates + 1


def test_an_item_keeps_its_split_when_the_dataset_grows() -> None:
    """A test item of one version is no training item of the next."""
    old = [example(f"question {n}") for n in range(300)]
    before = {item.item_id: split for split, item in assemble(old).items}
    after = {item.item_id: split for split, item in assemble([*old, *(example(f"new {n}") for n in range(300))]).items}
    assert all(after[item_id] == split for item_id, split in before.items())


def test_shares_are_kept_roughly() -> None:
    """Of 2,000 independent questions about 80, 10 and 10 % go to the three splits."""
    sizes = assemble([example(f"question {n}") for n in range(2000)]).sizes()
    assert sizes["train"] == pytest.approx(1600, abs=80)
    assert sizes["test"] == pytest.approx(200, abs=60)


@pytest.mark.parametrize("text", ["train=0.5,test=0.6", "train", "train=x", "train=1.5,test=-0.5"])
def test_wrong_shares_are_refused(text: str) -> None:
    """Shares that are none, or do not add up to 1, are told."""
    with pytest.raises(ConfigurationError):
        assemble([example("q")], parse_splits(text))


def test_stored_messages_become_openai_chat() -> None:
    """Text, tool calls and tool results take OpenAI's shape; reasoning is left out."""
    stored = (
        '[{"role":"assistant","parts":[{"type":"reasoning","content":"hm"},{"type":"text","content":"Let me look."},'
        '{"type":"tool_call","id":"c1","name":"find","arguments":{"q":"x"}}]},'
        '{"role":"tool","parts":[{"type":"tool_call_response","id":"c1","response":"found"}]}]'
    )
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"q":"x"}'}}
    assert chat_messages(stored, "assistant") == [
        {"role": "assistant", "content": "Let me look.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "found"},
    ]
    assert chat_messages("plain", "user") == [{"role": "user", "content": "plain"}]
