"""The code in a text: fenced blocks with their language, and, where there are none, the text itself if it is code."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"(?m)^[ \t]{0,8}(`{3,10}|~{3,10})[ \t]{0,4}([\w+#.-]{0,30})[^\n]{0,200}\n")
_LANGUAGES = {
    "py": "python", "python": "python", "python3": "python", "ipython": "python",
    "sh": "shell", "bash": "shell", "shell": "shell", "zsh": "shell", "console": "shell", "terminal": "shell",
    "sql": "sql", "mysql": "sql", "postgresql": "sql", "postgres": "sql", "sqlite": "sql", "tsql": "sql",
    "js": "javascript", "javascript": "javascript", "ts": "javascript", "typescript": "javascript",
    "jsx": "javascript", "tsx": "javascript", "html": "javascript",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """`language`: "" when nobody said; `start`: where the code begins in the text."""

    language: str
    code: str
    start: int


def blocks_of(text: str) -> list[Block]:
    """Fenced blocks, the last one also when its fence is never closed; a text without a fence is one block."""
    fences, found, at = list(_FENCE.finditer(f"{text}\n")), [], 0
    if not fences:
        return [Block("", text, 0)]
    while at < len(fences):
        opening = fences[at]
        closing = next(
            (f for f in range(at + 1, len(fences)) if fences[f][1][:3] == opening[1][:3] and not fences[f][2]), None
        )
        end = len(text) if closing is None else fences[closing].start()
        found.append(
            Block(_LANGUAGES.get(opening[2].lower(), opening[2].lower()), text[opening.end() : end], opening.end())
        )
        if closing is None:
            break
        at = closing + 1
    return found
