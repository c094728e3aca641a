"""Folds the disguises of a text before rules look at it: case, look-alikes, invisible and tag characters, spacing.

Text written in Unicode's tag characters (U+E0000 on) is invisible to people and plain to models: it is unfolded.
"""

from __future__ import annotations

import re
import unicodedata

_TAGS = {0xE0000 + code: code for code in range(0x20, 0x7F)}
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x34F, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
     *range(0xFE00, 0xFE10)]
)  # fmt: skip
_LOOK_ALIKES = dict(zip(map(ord, "аеорсухіјѕԁһοαικνρτυ’‘“”–—"), "aeopcyxijsdhoaiknptu''\"\"--", strict=True))
_HAS_TAGS = re.compile("[\U000e0020-\U000e007e]")
_HAS_UNSEEN = re.compile(f"[{''.join(map(chr, (*_TAGS, *_INVISIBLE)))}]")
_LOOK_ALIKE = re.compile(f"[{''.join(map(chr, _LOOK_ALIKES))}]")
_SPELLED_OUT = re.compile(r"(?<![^\W_])(?:[a-z][ .*_-]){4,}[a-z](?![^\W_])")
_GAPS = re.compile(r"[ .*_-]")
# Every spelled-out word holds this, and a text is searched by its gaps, of which there are few.
_LETTERS_APART = re.compile(r"[ .*_-][a-z][ .*_-][a-z][ .*_-][a-z][ .*_-]")


def folded(text: str) -> str:
    """Lower case, one character for one shape; `i g n o r e` becomes `ignore`. Offsets are not kept."""
    if not text.isascii():
        if _HAS_UNSEEN.search(text):
            text = text.translate(_TAGS).translate(_INVISIBLE)
        text = unicodedata.normalize("NFKC", text)
        text = _LOOK_ALIKE.sub(lambda found: _LOOK_ALIKES[ord(found.group())], text)
    text = text.lower()
    if not _LETTERS_APART.search(text):
        return text
    return _SPELLED_OUT.sub(lambda letters: _GAPS.sub("", letters.group()), text)


def has_hidden_text(text: str) -> bool:
    """Whether some of it is written in tag characters."""
    return not text.isascii() and len(_HAS_TAGS.findall(text)) >= 4
