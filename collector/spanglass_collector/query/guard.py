"""What a reader's statement may be: one SELECT-like statement that touches nothing but the store's own tables.

ClickHouse's readonly=1 stops writes and DDL, and table functions that need a grant. It does not stop, in the embedded
engine (measured with chDB 4.4): INTO OUTFILE, the scalar function file(), s3() and python() as table functions, KILL,
and other users' statements in system.processes. This check closes those by reading tokens; it is in addition to
readonly=1, never instead of it. Where ClickHouse's lexer might read a text in another way than this one (characters
outside ASCII, `$`, escapes in names), the statement is refused rather than guessed at.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from spanglass_collector.query.statement import Statement

ALLOWED_STATEMENTS = frozenset({"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN"})
ALLOWED_SHOW = frozenset(
    {"TABLES", "DATABASES", "COLUMNS", "FIELDS", "CREATE", "INDEX", "INDEXES", "FUNCTIONS", "FULL"}
)
ALLOWED_TABLE_FUNCTIONS = frozenset(
    {
        "format",
        "generaterandom",
        "generateseries",
        "generate_series",
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
DENIED_FUNCTIONS = frozenset(
    {
        "addresstoline",
        "addresstolinewithinlines",
        "addresstosymbol",
        "catboostevaluate",
        "file",
        "getmacro",
        "getserversetting",
        "hascolumnintable",
        "showcertificate",
        "sleep",
        "sleepeachrow",
    }
)
"""Refused wherever the name stands: APPLY and higher-order functions call without a parenthesis behind it."""
DENIED_PREFIXES = ("ai", "llm", "embed")
"""Functions that send text to a model provider; refused as calls."""
ALLOWED_SYSTEM_TABLES = frozenset(
    {
        "aggregate_function_combinators",
        "build_options",
        "columns",
        "completions",
        "data_skipping_indices",
        "data_type_families",
        "databases",
        "formats",
        "functions",
        "keywords",
        "numbers",
        "numbers_mt",
        "one",
        "parts",
        "settings",
        "table_engines",
        "table_functions",
        "tables",
        "time_zones",
        "zeros",
    }
)
"""What clients look up. The others tell of other users' statements, of the machine, or of its configuration."""

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n\f\v]+|--[^\n]*|\#[^\n]*|/\*.*?\*/)
  | (?P<string>'(?:[^'\\]|\\.|'')*')
  | (?P<quoted>`(?:[^`\\]|\\.|``)*`|"(?:[^"\\]|\\.|"")*")
  | (?P<open>['`"].*|/\*.*)
  | (?P<word>[^\W\d]\w*)
  | (?P<number>\d\w*)
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_NAMES = ("word", "quoted")
Token = tuple[str, str]


class Forbidden(Exception):
    """A statement that readers may not run; the message says why."""


def check_reader_statement(statement: Statement, table_functions: Iterable[str]) -> None:
    """Raises Forbidden. `table_functions` are the engine's own names, from system.table_functions."""
    tokens = list(_tokens(statement.sql))
    _check_kind(tokens)
    _check_signs(tokens)
    _check_functions(tokens, {name.lower() for name in table_functions} - ALLOWED_TABLE_FUNCTIONS)
    _check_phrases(tokens)
    _check_tables(tokens)
    _check_identifiers(tokens, statement)


def _check_kind(tokens: Sequence[Token]) -> None:
    words = [text.upper() for text, _ in tokens if text != "("]
    first = words[0] if words else ""
    if first not in ALLOWED_STATEMENTS:
        raise Forbidden(f"{first or 'an empty statement'} is not allowed here: this endpoint is read-only")
    if first == "SHOW" and (len(words) < 2 or words[1] not in ALLOWED_SHOW):
        raise Forbidden(f"SHOW {words[1] if len(words) > 1 else ''} is not allowed here")


def _check_signs(tokens: Sequence[Token]) -> None:
    for text, kind in tokens:
        if kind == "sign" and (text == "$" or not text.isascii() or not text.isprintable()):
            raise Forbidden(f"the character {text!r} is not allowed outside of quotes here")
        if kind == "open":
            raise Forbidden("a quote or a comment is not closed")
        if kind == "quoted" and "\\" in text:
            raise Forbidden("names with escapes are not allowed here")


def _check_functions(tokens: Sequence[Token], table_functions: set[str]) -> None:
    for i, (name, kind) in enumerate(tokens):
        if kind not in _NAMES:
            continue
        is_call = i + 1 < len(tokens) and tokens[i + 1][0] == "("
        lower = name.lower()
        if lower in DENIED_FUNCTIONS or (is_call and lower in table_functions):
            raise Forbidden(f"{name}() reaches outside the store and is not allowed here")
        if is_call and name[:1].islower() and re.match(rf"({'|'.join(DENIED_PREFIXES)})[A-Z]", name):
            raise Forbidden(f"{name}() may call another host and is not allowed here")


def _check_phrases(tokens: Sequence[Token]) -> None:
    words = [text.upper() if kind == "word" else text for text, kind in tokens]
    for word, following in itertools.pairwise(words):
        if (word, following) == ("INTO", "OUTFILE"):
            raise Forbidden("INTO OUTFILE writes files and is not allowed here")
        if (word, following) == ("PARALLEL", "WITH"):
            raise Forbidden("send one statement at a time")
    for word, _, sign in zip(words, words[1:], words[2:], strict=False):
        if (word, sign) == ("SETTINGS", "="):  # readonly=1 refuses it at the end of a statement, not in a subquery
            raise Forbidden("SETTINGS is not allowed here; what may be set is set in the URL")
    if ";" in words and set(words[words.index(";") :]) != {";"}:
        raise Forbidden("send one statement at a time")


def _check_tables(tokens: Sequence[Token]) -> None:
    """Names of files as tables, and system tables that tell too much."""
    for (before, _), (text, kind) in itertools.pairwise(tokens):
        if kind == "string" and before.upper() in ("FROM", "JOIN", "TABLE", "DESCRIBE", "DESC", "EXISTS"):
            raise Forbidden("a file is no table here")
        if kind == "quoted" and re.search(r"[/\\:]", text) and before.upper() in ("FROM", "JOIN", "TABLE", "."):
            raise Forbidden("a file is no table here")
    for (database, kind), (dot, _), (table, _) in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (
            kind in _NAMES
            and database.lower() == "system"
            and dot == "."
            and table.lower() not in ALLOWED_SYSTEM_TABLES
        ):
            raise Forbidden(f"system.{table} is not readable here")


def _check_identifiers(tokens: Sequence[Token], statement: Statement) -> None:
    """Table names that come as values, `{name:Identifier}`, and the database of the request."""
    if statement.database.lower() == "system":
        raise Forbidden("choose another database and write system.NAME")
    if not any(kind == "word" and text.lower() == "identifier" for text, kind in tokens):
        return
    if bad := _unplain(statement.parameters):
        raise Forbidden(f"parameter {bad} is no plain name; values for Identifier are letters, digits and _")


def _unplain(parameters: Mapping[str, str]) -> str | None:
    for name, value in parameters.items():
        if value.lower() == "system" or value.lower() in DENIED_FUNCTIONS or not re.fullmatch(r"\w+", value, re.ASCII):
            return name
    return None


def _tokens(sql: str) -> Iterator[Token]:
    """(text, kind) without spaces and comments; quoted identifiers lose their quotes."""
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup or "sign"
        text = match.group()
        if kind != "space":
            yield (text[1:-1] if kind == "quoted" else text), kind
