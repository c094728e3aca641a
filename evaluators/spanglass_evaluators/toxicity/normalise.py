r"""Folds the many spellings of a word into one, so that disguises do not hide an insult.

Works on a *block*: many sentences joined by ``\n``. One pass of each rule over a block is several times
faster than one pass per sentence. No rule adds or removes a ``\n``, so line *i* stays sentence *i*.
"""

import re
import unicodedata

from spanglass_evaluators.toxicity.identity import fold_identity

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
_COMBINING = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_NEEDS_HOMOGLYPHS = re.compile(r"\w*[\u0370-\u052f\u0131\u0251\u0261]\w*")
_LATIN = re.compile(r"[a-z]")

# Cyrillic and Greek lower-case letters that are drawn like Latin ones (Unicode confusables, UTS #39).
_HOMOGLYPHS = str.maketrans(
    dict(zip("авгеѕіјӏкмнорсԁтухһԛԝ", "abresijlkmhopcdtyxhqw", strict=True))
    | dict(zip("αβγεικνορτυχω", "abyeiknoptuxw", strict=True))
    | {"ı": "i", "ɑ": "a", "ɡ": "g"}
)

_ADDRESS = re.compile(r"(?:https?://|www\.)[^ \n]+|(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+")
_BANG_LETTER = re.compile(r"(?<=[a-z])!(?=[a-z])")
_DIGIT_LETTER = re.compile(r"(?<=[a-z])[013457]+(?=[a-z])|\b[013457]+(?=[a-z]{3}|[a-z]+\d)|(?<=[a-z])55\b")
_DIGITS_AS_LETTERS = str.maketrans("013457", "oieast")

_NOT_WORD = re.compile(r"(?:[^\w*\n]|_)+")
_APOSTROPHE = re.compile("['’`]")
_LOOSE_STARS = re.compile(r"(?<![a-z*])\*+|\*+(?![a-z*])")
_STAR_RUN = re.compile(r"\*{2,}")
_SPELLED_OUT = re.compile(r"(?<![^ \n])(?:[a-z] ){2,}[a-z](?![^ \n])")
_VOWEL_RUN = re.compile(r"([aeiouy])\1{2,}")
_CONSONANT_RUN = re.compile(r"([b-df-hj-np-tvwxz])\1{2,}")
_NUMBER = re.compile(r"\b\d+\b")


def normalise_block(block: str) -> str:
    r"""The folded form of ``block``: lower-case words, each line starting and ending with one space."""
    block = _SPELLED_OUT.sub(lambda letters: letters.group().replace(" ", ""), fold_characters(block))
    return fold_identity(fold_runs(block))


def fold_characters(block: str) -> str:
    """Words in lower case with spaces between; what becomes of a word does not depend on what is beyond a space."""
    return _fold_punctuation(_fold_leetspeak(_fold_unicode(block)))


def fold_runs(block: str) -> str:
    """Drawn-out letters shortened, in each word by itself."""
    return _CONSONANT_RUN.sub(r"\1\1", _VOWEL_RUN.sub(r"\1", block))


def _fold_unicode(block: str) -> str:
    """Lower case, compatibility forms (full-width, ligatures, accents), invisible characters, look-alikes."""
    if block.isascii():
        return block.lower()
    return "\n".join(line.lower() if line.isascii() else _fold_line(line) for line in block.split("\n"))


def _fold_line(block: str) -> str:
    block = _INVISIBLE.sub("", unicodedata.normalize("NFKD", block))
    block = _COMBINING.sub("", block).casefold()
    return _NEEDS_HOMOGLYPHS.sub(_fold_homoglyphs, block)


def _fold_homoglyphs(word: re.Match[str]) -> str:
    """Only words that mix scripts are folded: a word wholly in Cyrillic or Greek is of that language."""
    found = word.group()
    return found.translate(_HOMOGLYPHS) if _LATIN.search(found) else found


def _fold_leetspeak(block: str) -> str:
    """``1d10t``, ``a$$``, ``sh!t`` become letters; ``gpt4``, ``10x`` and mail addresses do not."""
    block = _ADDRESS.sub(" ", block)
    block = block.replace("@", "a").replace("$", "s")
    block = _BANG_LETTER.sub("i", block)
    return _DIGIT_LETTER.sub(lambda run: run.group().translate(_DIGITS_AS_LETTERS), block)


def _fold_punctuation(block: str) -> str:
    """Punctuation becomes one space, a number becomes 0."""
    block = _NOT_WORD.sub(" ", _APOSTROPHE.sub("", block))
    block = _STAR_RUN.sub("*", _LOOSE_STARS.sub(" ", block))
    return _NUMBER.sub("0", block)
