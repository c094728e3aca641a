"""Unsafe code in a text, in whatever language it is."""

from __future__ import annotations

from spanglass_evaluators.safety.code.blocks import Block, blocks_of
from spanglass_evaluators.safety.code.python import unsafe_python
from spanglass_evaluators.safety.code.shell import DESTRUCTIVE, JAVASCRIPT, SHELL, SQL
from spanglass_evaluators.safety.finding import Finding
from spanglass_evaluators.safety.patterns import Pattern, find_all

_BY_LANGUAGE: dict[str, tuple[Pattern, ...]] = {
    "shell": (*DESTRUCTIVE, *SHELL),
    "sql": SQL,
    "javascript": JAVASCRIPT,
    "": (*DESTRUCTIVE, *SQL[:1]),
}
_CODE_SIGNS = ("(", "|", ";", "=", "rm ", "/dev/", "mkfs", "DROP", "drop")


def find_unsafe_code(text: str) -> list[Finding]:
    """By position. A block without a language is tried as Python and searched for what destroys or opens a machine."""
    if not any(sign in text for sign in _CODE_SIGNS):
        return []
    found = [one for block in blocks_of(text) for one in _of_block(block)]
    return sorted(found, key=lambda one: one.start)


def _of_block(block: Block) -> list[Finding]:
    if block.language in ("python", ""):
        found = unsafe_python(block.code, block.start, is_python=block.language == "python")
        if found is not None:
            return found
    patterns = _BY_LANGUAGE.get(block.language, DESTRUCTIVE)
    return [
        one._replace(start=one.start + block.start, end=one.end + block.start) for one in find_all(block.code, patterns)
    ]
