"""A row of `spans` in the words of `recorded`: JSON columns as utterances, absent counts as None."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.instrumentation.recorded import CONVENTION
from tests.instrumentation.utterances import Utterance, of_parts

COLUMNS = (
    "Kind",
    "RequestModel",
    "ResponseModel",
    "ResponseId",
    "InputTokens",
    "OutputTokens",
    "CachedInputTokens",
    "ReasoningTokens",
    "FinishReasons",
    "Streaming",
    "TimeToFirstToken",
    "InputMessages",
    "OutputMessages",
    "SystemInstructions",
    "ToolDefinitions",
    "StatusCode",
    "ErrorType",
)


def stored(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row's values, comparable with `recorded(...)`."""
    return {
        **row,
        "FinishReasons": [CONVENTION.get(reason, reason) for reason in row["FinishReasons"]],
        "StatusCode": "Error" if row["StatusCode"] == "Error" else "",
        "ErrorType": row["ErrorType"].rpartition(".")[2],
        "TimeToFirstToken": row["TimeToFirstToken"] is not None,
        "InputMessages": _system(row["SystemInstructions"]) + _messages(row["InputMessages"]),
        "OutputMessages": _messages(row["OutputMessages"]),
        "ToolDefinitions": [_tool_name(tool) for tool in json.loads(row["ToolDefinitions"] or "[]")],
    }


def _messages(text: str) -> list[Utterance]:
    return of_parts(json.loads(text or "[]"))


def _system(text: str) -> list[Utterance]:
    return of_parts([{"parts": json.loads(text or "[]")}], role="system")


def _tool_name(tool: dict[str, Any]) -> str:
    return str(tool.get("function", tool).get("name") or tool["type"])
