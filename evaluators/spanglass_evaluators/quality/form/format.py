"""1 when an answer has the form that was asked for: the setting, or metadata `format` of the span."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

import orjson

from spanglass_evaluators.contract import Failure, Judgement
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.quality.rule import Rule

_BULLET = re.compile(r"\s*(?:[-*•+]|\d+[.)])\s+\S")
_FENCED = re.compile(r"\A\s*```[\w+-]*\n(.*?)\n?```\s*\Z", re.DOTALL)
_ROW = re.compile(r"\s*\|.*\|\s*$", re.MULTILINE)
_RULE_ROW = re.compile(r"^\s*\|[\s:|-]+\|\s*$", re.MULTILINE)


def unfenced(answer: str) -> str:
    """Without the code fence around the whole answer, where there is one."""
    found = _FENCED.match(answer)
    return found.group(1) if found else answer


def _is_json(answer: str) -> bool:
    try:
        orjson.loads(answer)
    except orjson.JSONDecodeError:
        return False
    return True


def _is_json_object(answer: str) -> bool:
    return _is_json(answer) and isinstance(orjson.loads(answer), dict)


def _is_xml(answer: str) -> bool:
    """Well formed; declarations of entities are refused, so that none is expanded."""
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(answer.strip(), True)
    except (expat.ExpatError, _EntityError):
        return False
    return True


class _EntityError(Exception):
    """The document declares an entity."""


def _refuse(*_declared: object) -> None:
    raise _EntityError


def _is_list(answer: str) -> bool:
    lines = [line for line in answer.splitlines() if line.strip()]
    return len(lines) > 1 and sum(map(bool, map(_BULLET.match, lines))) >= len(lines) - 1


def _is_table(answer: str) -> bool:
    return len(_ROW.findall(answer)) > 2 and bool(_RULE_ROW.search(answer))


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "json": lambda answer: _is_json(unfenced(answer)),
    "json_bare": _is_json,
    "json_object": lambda answer: _is_json_object(unfenced(answer)),
    "xml": lambda answer: _is_xml(unfenced(answer)),
    "list": _is_list,
    "table": _is_table,
    "code": lambda answer: bool(_FENCED.match(answer)),
    "one_line": lambda answer: bool(answer.strip()) and "\n" not in answer.strip(),
    "no_markdown": lambda answer: not re.search(r"\*\*|^#{1,6} |```|^\s*[-*] ", answer, re.MULTILINE),
}


@dataclass(frozen=True, slots=True)
class FormatConfig:
    """`format`: for spans that name none, one of FORMATS or ''. Words are counted at spaces; 0 is no limit."""

    format: str = ""
    min_words: int = 0
    max_words: int = 0

    def __post_init__(self) -> None:
        if self.format and self.format not in FORMATS:
            raise ConfigurationError(f"format = {self.format!r}: use one of {', '.join(FORMATS)}")


def judge_format(config: FormatConfig, answer: str, declared: str) -> Judgement | Failure:
    """The label says what is wrong first: `format` or `length`."""
    wanted = declared or config.format
    if wanted and wanted not in FORMATS:
        return Failure(f"metadata format = {wanted!r}: use one of {', '.join(FORMATS)}")
    words = len(answer.split())
    if wanted and not FORMATS[wanted](answer):
        return Judgement(0.0, "format", f"not {wanted}")
    if words < config.min_words or (config.max_words and words > config.max_words):
        return Judgement(0.0, "length", f"{words} words")
    return Judgement(1.0, "adheres", wanted)


def _where(config: FormatConfig) -> str:
    applies = config.format or config.min_words or config.max_words
    return MODEL_ANSWERS if applies else f"{MODEL_ANSWERS} AND SpanAttributes['spanglass.metadata.format'] != ''"


RULE = Rule("format", judge_format, columns=("output_text", "metadata.format"), config=FormatConfig, where=_where)
