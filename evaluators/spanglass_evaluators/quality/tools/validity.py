"""Are a model call's tool calls possible: 1 when every one names an offered tool and its arguments fit its schema.

Labels, worst first: `hallucinated_tool`, `broken_arguments` (no JSON), `wrong_arguments` (against the schema), `valid`.
Without recorded tools only the JSON can be judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.quality.rule import NoSettings, Rule
from spanglass_evaluators.quality.tools.schema import SchemaUnusableError, problem_with
from spanglass_evaluators.tools import ToolCall

_WORST_FIRST: Final = ("hallucinated_tool", "broken_arguments", "wrong_arguments", "valid")
_MENTIONS_A_CALL = "multiSearchAny(OutputMessages, ['tool_call', 'tool_use', 'function_call', 'tool-call'])"

Offered = Mapping[str, Mapping[str, Any] | None]


def judge_tool_calls(_config: NoSettings, calls: Sequence[ToolCall], offered: Offered) -> Judgement:
    """The explanation names tools and paths of arguments, never their values."""
    if not calls:
        return Judgement(None, "no_calls")
    found = [(_verdict(call, offered), call.name) for call in calls]
    (label, why), name = min(found, key=lambda verdict: _WORST_FIRST.index(verdict[0][0]))
    bad = sum(verdict[0] != "valid" for verdict, _ in found)
    explanation = f"{bad} of {len(found)} calls; {name}: {why}" if bad else f"{len(found)} calls"
    return Judgement(float(not bad), label, explanation)


def _verdict(call: ToolCall, offered: Offered) -> tuple[str, str]:
    if offered and call.name not in offered:
        return "hallucinated_tool", "not among the offered tools"
    if call.broken:
        return "broken_arguments", "the arguments are no JSON"
    schema = offered.get(call.name)
    if schema is None:
        return "valid", ""
    try:
        problem = problem_with(call.arguments, schema)
    except SchemaUnusableError:
        return "valid", ""  # the tool's author erred, not the model
    return ("wrong_arguments", problem) if problem else ("valid", "")


RULE = Rule(
    "tool_calls",
    judge_tool_calls,
    columns=("called_tools", "offered_tools"),
    where=f"Kind = 'llm' AND {_MENTIONS_A_CALL}",
)
