"""What type checkers see through `@trace`: the function's own types. Runs mypy on a real file."""

from __future__ import annotations

import re
from pathlib import Path

from mypy import api

SOURCE = """
from collections.abc import AsyncIterator, Iterator
from spanglass import trace, current_span

@trace
def plain(a: int, *, b: str = "x") -> float: return 1.0

@trace(name="n", kind="llm", capture="metadata", redact=["email"])
def named(a: int) -> str: return ""

@trace
async def coroutine(a: int) -> bytes: return b""

@trace(kind="tool")
async def stream(a: int) -> AsyncIterator[str]:
    yield ""

@trace
class Bot:
    @trace
    def ask(self, q: str) -> int: return 1
    @trace
    @staticmethod
    def static(q: str) -> int: return 1

reveal_type(plain)
reveal_type(named)
reveal_type(coroutine)
reveal_type(stream)
reveal_type(Bot().ask)
reveal_type(Bot().static("x"))
reveal_type(current_span().session("s"))
plain("wrong")
trace(kind="robot")
"""


def test_types_survive(tmp_path: Path) -> None:
    """Parameters, results and kinds are checked as without the decorator."""
    source = tmp_path / "typed.py"
    source.write_text(SOURCE)
    out, _, _ = api.run(["--strict", "--no-incremental", "--follow-imports=silent", str(source)])
    revealed = re.findall(r'Revealed type is "(.*?)"\n', out)
    assert [_short(text) for text in revealed] == [
        "def (a: int, *, b: str =) -> float",
        "def (a: int) -> str",
        "def (a: int) -> Coroutine[Any, Any, bytes]",
        "def (a: int) -> AsyncIterator[str]",
        "def (q: str) -> int",
        "int",
        "Handle",
    ]
    errors = re.findall(r"\[([a-z-]+)\]$", out, re.MULTILINE)
    assert errors == ["arg-type", "call-overload"], out


def _short(text: str) -> str:
    text = re.sub(r"\b(?:builtins|typing|spanglass\.record\.handle)\.", "", text)
    return text.replace("CoroutineType", "Coroutine").replace(" = ...", " =")
