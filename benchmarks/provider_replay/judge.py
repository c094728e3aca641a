"""A repeated call beside its rows in the store: which columns are right, and whose fault a difference is."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from benchmarks.provider_replay.answers import answer_of, as_json, asked_of
from spanglass_collector.store.aliases import Dialects
from tests.instrumentation.cassettes import Recording

Row = dict[str, Any]
Line = dict[str, Any]
COLUMNS = (
    *("Kind", "RequestModel", "ResponseModel", "InputTokens", "OutputTokens", "CachedInputTokens", "ReasoningTokens"),
    *("FinishReasons", "Streaming", "StatusCode", "InputMessages", "OutputMessages", "SystemInstructions"),
    *("Input", "Output", "CostUsd"),
)
REASONS = Dialects.load().finish_reasons
LOST = "lost"
_SAID_WHERE = {
    "InputTokens": r"(input|prompt)[^ ]*token|token[^ ]*(input|prompt)",
    "OutputTokens": r"(output|completion)[^ ]*token|token[^ ]*(output|completion)",
    "CachedInputTokens": r"cache",
    "ReasoningTokens": r"reason|thought",
    "FinishReasons": r"finish|stop_reason|stopReason",
    "RequestModel": r"model",
    "ResponseModel": r"response[^ ]*model|model_name",
    "Streaming": r"stream(ing)?$",
}
"""How an attribute is called that tells of a column, whether our tables know its name or not."""
_OF_ANSWERS, _OF_QUESTIONS = (
    ("output", "completion", "response", "choice", "body"),
    ("input", "prompt", "request", "body"),
)


@dataclass
class Cell:
    """One provider under one family, from one source."""

    calls: int = 0
    watched: int = 0
    right: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    wrong: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], str] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)
    cost_usd: float = 0.0
    unpriced: int = 0

    @property
    def lost(self) -> int:
        return sum(count for (_, cause), count in self.wrong.items() if cause == LOST)


def judge(lines: Iterable[Line], recorded: dict[tuple[str, int], Recording], rows: dict[str, Row], scope: str) -> Cell:
    """`rows` by span id; `scope`: how the scopes of the family's spans begin."""
    cell = Cell()
    for line in lines:
        cell.calls += 1
        if line["problem"]:
            cell.problems[line["problem"].partition(":")[0]] += 1
            continue
        line["spans"] = [span for span in line["spans"] if span["scope"].startswith(scope)]
        told = [rows[span["span_id"]] for span in line["spans"] if (rows.get(span["span_id"]) or {}).get("Kind")]
        if told:
            _compare(cell, expected(recorded[line["file"], line["index"]]), told, line)
    return cell


def expected(recording: Recording) -> dict[str, Any]:
    """Column -> what the provider said of this call; a column that is absent was not said."""
    path = recording.url.partition("?")[0]
    kind = "embedding" if "embed" in path else "reranker" if "rerank" in path else "llm"
    values: dict[str, Any] = {"Kind": kind, "StatusCode": "Error" if recording.is_error else ""}
    values["RequestModel"] = recording.request.get("model") or _model_in(path)
    values["InputMessages"] = asked_of(recording)
    if "stream" in path or recording.is_stream:
        values["Streaming"] = True
    answer = answer_of(recording)
    if answer:
        values |= {"ResponseModel": answer.model, "FinishReasons": [REASONS.get(r, r) for r in answer.finish_reasons]}
        values |= {"InputTokens": answer.input_tokens, "OutputTokens": answer.output_tokens}
        values |= {"CachedInputTokens": answer.cached_tokens, "ReasoningTokens": answer.reasoning_tokens}
        values |= {"OutputMessages": answer.texts, "ToolCalls": answer.calls}
    return {
        column: value for column, value in values.items() if value is not None and (value or column == "StatusCode")
    }


def _model_in(path: str) -> str | None:
    """Bedrock's path has the whole name, quoted; Google's ends it with a colon and the verb."""
    bedrock = re.search(r"/model/([^/]+)/", path)
    found = bedrock or re.search(r"/(?:models|deployments)/([^/:]+)", path)
    return unquote(found.group(1)) if found else None


def _compare(cell: Cell, said: dict[str, Any], told: list[Row], line: Line) -> None:
    """A call may be told by two spans, as a stream's beginning and its end: a column is right on either."""
    cell.watched += 1
    costs = [row["CostUsd"] for row in told if row["CostUsd"] is not None]
    cell.cost_usd += sum(costs)
    cell.unpriced += not costs and any(row["InputTokens"] is not None for row in told)
    wrong = [column for column, value in said.items() if not any(_holds(column, value, row) for row in told)]
    cell.judged.update(said.keys())
    cell.right += not wrong
    for column in wrong:
        cause = _cause(column, said[column], told, line)
        cell.wrong[column, cause] += 1
        shown = told[-1].get("OutputMessages" if column == "ToolCalls" else column)
        cell.examples.setdefault((column, cause), f"{str(said[column])[:70]} -> {str(shown)[:70]}")


def _holds(column: str, value: Any, row: Row) -> bool:
    if column == "OutputMessages":
        return not list(_missing(value, row["OutputMessages"], row["Output"]))
    if column == "InputMessages":
        return not list(_missing(value, row["InputMessages"], row["SystemInstructions"], row["Input"]))
    if column == "ToolCalls":
        return set(value) <= set(_stored_calls(row["OutputMessages"]))
    if column == "StatusCode":
        return (row["StatusCode"] == "Error") == (value == "Error")
    if column == "FinishReasons":
        return sorted(set(row["FinishReasons"])) == sorted(set(value))
    return bool(row[column] == value)


def _missing(texts: list[str], *places: str) -> Iterator[str]:
    """Texts that none of the places has; white space around them says nothing."""
    plain = [written for place in places for written in (as_json(place), json.dumps(place))]
    yield from (text for text in texts if not any(json.dumps(text.strip())[1:-1] in place for place in plain))


def _stored_calls(messages: str) -> Iterator[tuple[str, str]]:
    for message in json.loads(messages or "[]"):
        for part in message["parts"]:
            if part.get("type") == "tool_call":
                yield part["name"], as_json(part.get("arguments"))


def _cause(column: str, value: Any, told: list[Row], line: Line) -> str:
    """`lost`: it was sent, under whatever name, and is not in its column."""
    if _was_sent(column, value, list(_sent(line))):
        return LOST
    has = any(row.get("OutputMessages" if column == "ToolCalls" else column) not in (None, "", []) for row in told)
    return "sent otherwise" if has or column == "StatusCode" else "not sent"


def _sent(line: Line) -> Iterator[tuple[str, Any]]:
    """(name, value) of all that left the process for this call."""
    for span in line["spans"]:
        yield from span["attributes"].items()
        yield from (item for event in span["events"] for item in event["attributes"].items())
    ours = [event for event in line["events"] if line["spans"]]
    yield from ((f"{event['name']}.{key}", each) for event in ours for key, each in event["attributes"].items())


def _was_sent(column: str, value: Any, sent: list[tuple[str, Any]]) -> bool:
    if column in ("OutputMessages", "InputMessages"):
        words, others = (_OF_ANSWERS, _OF_QUESTIONS[:2]) if column[0] == "O" else (_OF_QUESTIONS, _OF_ANSWERS[:2])
        there = [_spelled(each) for key, each in sent if _is_of(key, words, others)]
        return all(any(json.dumps(t.strip())[1:-1] in s or t.strip() in s for s in there) for t in value)
    if column == "ToolCalls":
        there = [_spelled(each) for key, each in sent if _is_of(key, _OF_ANSWERS, _OF_QUESTIONS[:2])]
        return all(any(name in each for each in there) for name, _ in value)
    if column not in _SAID_WHERE:
        return False
    named = [each for key, each in sent if re.search(_SAID_WHERE[column], key)]
    if column == "FinishReasons":
        words = {REASONS.get(word, word) for each in named for word in (each if isinstance(each, list) else [each])}
        return set(value) <= words
    inside = re.compile(rf'"[^"]*({_SAID_WHERE[column]})[^"]*": ?{re.escape(json.dumps(value))}\b')
    blobs = [each for key, each in sent if isinstance(each, str) and "usage" in key and each.startswith("{")]
    return any(str(each) == str(value) for each in named) or any(inside.search(blob) for blob in blobs)


def _is_of(key: str, words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """gen_ai.prompt and gen_ai.completion, input.value and output.value: an answer may repeat its question."""
    return any(word in key for word in words) and not any(word in key for word in others)


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
