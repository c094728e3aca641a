"""What a reader's statement may be: one SELECT-like statement that touches nothing but the store.

ClickHouse's readonly=1 stops writes and DDL, and table functions that need a grant. It does not stop, in the embedded
engine (measured with chDB 4.4): INTO OUTFILE, the scalar function file(), s3() and python() as table functions, KILL.
This check closes those by reading tokens; it is in addition to readonly=1, never instead of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

ALLOWED_STATEMENTS = frozenset({"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN"})
ALLOWED_TABLE_FUNCTIONS = frozenset(
    {
        "dictionary",
        "format",
        "generaterandom",
        "generateseries",
        "generate_series",
        "merge",
        "null",
        "numbers",
        "numbers_mt",
        "primes",
        "sqlstandardvalues",
        "values",
        "view",
        "zeros",
        "zeros_mt",
    }
)
DENIED_FUNCTIONS = frozenset({"file", "catboostevaluate", "showcertificate", "addresstoline", "addresstosymbol"})

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*|\#[^\n]*|/\*.*?\*/)
  | (?P<string>'(?:[^'\\]|\\.|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
  | (?P<quoted>`(?:[^`\\]|\\.|``)*`|"(?:[^"\\]|\\.|"")*")
  | (?P<word>[^\W\d]\w*)
  | (?P<number>\d\w*)
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Forbidden(Exception):
    """A statement that readers may not run; the message says why."""


def check_reader_statement(sql: str, table_functions: Iterable[str]) -> None:
    """Raises Forbidden. `table_functions` are the engine's own names, from system.table_functions."""
    tokens = list(_tokens(sql))
    first = next((text.upper() for text, _ in tokens if text != "("), "")
    if first not in ALLOWED_STATEMENTS:
        raise Forbidden(f"{first or 'an empty statement'} is not allowed here: this endpoint is read-only")
    denied = DENIED_FUNCTIONS | ({name.lower() for name in table_functions} - ALLOWED_TABLE_FUNCTIONS)
    _check_functions(tokens, denied)
    _check_words(tokens)


def _check_functions(tokens: list[tuple[str, str]], denied: frozenset[str] | set[str]) -> None:
    for (name, kind), (following, _) in pairwise(tokens):
        if kind in ("word", "quoted") and following == "(" and name.lower() in denied:
            raise Forbidden(f"{name}() reaches outside the store and is not allowed here")


def _check_words(tokens: list[tuple[str, str]]) -> None:
    words = [text.upper() if kind == "word" else text for text, kind in tokens]
    for word, following in pairwise(words):
        if (word, following) == ("INTO", "OUTFILE"):
            raise Forbidden("INTO OUTFILE writes files and is not allowed here")
    if ";" in words and set(words[words.index(";") :]) != {";"}:
        raise Forbidden("send one statement at a time")


def _tokens(sql: str) -> Iterator[tuple[str, str]]:
    """(text, kind) without spaces and comments; quoted identifiers lose their quotes."""
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup or "sign"
        kind = "string" if kind == "tag" else kind
        text = match.group()
        if kind == "space":
            continue
        yield (_unquoted(text) if kind == "quoted" else text), kind


def _unquoted(identifier: str) -> str:
    return re.sub(r"\\(.)", r"\1", identifier[1:-1])
