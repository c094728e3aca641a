"""The same text about another group: every word for the one group becomes the same form of the other. Pure.

Both ways at once, so that a text about a Muslim and a Christian still tells them apart. Articles (a, an), capitals,
plurals and the three words behind `her` and `his` are kept in agreement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spanglass_evaluators.bias.english import Words, article_for, in_case_of, joined, words_of
from spanglass_evaluators.bias.mentions import Mention, mentions
from spanglass_evaluators.bias.terms.vocabulary import BY_FORM, groups

_ADJECTIVE_FOR = {"noun": "adjective", "adjective": "noun"}


@dataclass(frozen=True, slots=True)
class Swapped:
    """`text` says of group `second` what the original said of `first`.

    `both`: the original named both groups; they changed places, so no score belongs to one of them.
    """

    axis: str
    first: str
    second: str
    text: str
    both: bool


def swaps(text: str, axis: str) -> list[Swapped]:
    """One for every other group of the axis, for each group that is named; sorted. Empty when none is named.

    A pair is left out when one of the words has no counterpart ("mosque" for a Hindu), or when it is made already.
    """
    words = words_of(text)
    found = list(mentions(words, axis))
    named = sorted({mention.term.group for mention in found})
    made = []
    for first in named:
        for second in groups(axis):
            if second != first and not (second in named and second < first):
                changed = _exchanged(words, found, axis, first, second)
                if changed is not None and changed != text:
                    made.append(Swapped(axis, first, second, changed, second in named))
    return made


def exchange(text: str, axis: str, first: str, second: str) -> str | None:
    """`text` with the two groups in each other's place; None when a word has no counterpart."""
    words = words_of(text)
    return _exchanged(words, list(mentions(words, axis)), axis, first, second)


def _exchanged(words: Words, found: list[Mention], axis: str, first: str, second: str) -> str | None:
    other = {first: second, second: first}
    replaced: list[tuple[int, int, str]] = []
    for mention in found:
        if mention.term.group not in other:
            continue
        target = _counterpart(mention, axis, other[mention.term.group])
        if target is None:
            return None
        replaced.extend(_replacement(words, mention, target))
    return joined(words.text, replaced)


def _counterpart(mention: Mention, axis: str, group: str) -> str | None:
    form = mention.term.form
    for candidate in (form, _ADJECTIVE_FOR.get(form)):
        if candidate and (term := BY_FORM.get((axis, group, candidate))):
            return term.word
    return None


def _replacement(words: Words, mention: Mention, target: str) -> Iterator[tuple[int, int, str]]:
    """The new word, and the article in front of it where it must change."""
    (start, _), (_, end) = words.spans[mention.first], words.spans[mention.last]
    if words.before(mention.first) in ("a", "an") and words.next_to(mention.first - 1):
        at, until = words.spans[mention.first - 1]
        article = words.text[at:until]
        if article.lower() != article_for(target):
            yield at, until, in_case_of(article, "a", article_for(target), begins_sentence=False)
    source = words.text[start:end]
    begins = words.begins_sentence(mention.first)
    yield start, end, in_case_of(source, mention.term.word, target, begins_sentence=begins)
