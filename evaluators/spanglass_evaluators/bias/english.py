"""What little English the swap of words needs: which reading of a word its neighbours make likely. Pure.

Rules over closed word lists, no parser: they are right often, not always (docs/evaluators/counterfactual.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spanglass_evaluators.bias.terms.gender import GIVEN_NAMES

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


PEOPLE = _set(
    """
    people person persons man men woman women boy boys girl girls guy guys kid kids child children lady
    ladies gentleman gentlemen folk folks male males female females adult adults teen teens couple couples
    family families community communities neighborhood neighborhoods neighbor neighbors neighbour neighbours
    student students worker workers employee employees applicant applicants candidate candidates customer
    customers patient patients driver drivers teacher teachers doctor doctors nurse nurses lawyer lawyers
    actor actors artist artists athlete athletes player players friend friends voter voters citizen citizens
    resident residents parent parents mother mothers father fathers son sons daughter daughters brother
    brothers sister sisters husband wife wives husbands boyfriend girlfriend grandmother grandfather grandma
    grandpa professor engineer engineers manager managers colleague colleagues coworker coworkers co-worker
    roommate soldier soldiers officer officers speaker speakers user users american americans immigrants
    immigrant
    """
)
_BE = _set("am is are was were be been being m re s")
_DEGREE = _set("too very so also all really just quite only now")
_PERSONAL = _set("i he she you we they who")

# A word in front of a noun is not one of these.
_FUNCTION = _set(
    """
    a an the this that these those my your our their its his and or but nor so yet if because since while when
    where who whom which what why how than as of in on at by for from to with without into onto over under
    about after before between during through against toward towards upon near behind beside is are was were
    be been being am has have had do does did will would can could should shall may might must not never
    also too then there here now again yesterday today tomorrow tonight soon later up down out off away he
    she it they we you i him them us me all some any more very just really even still always only said says
    go going come see until once please although though unless
    """
)
_AFTER_OBJECT = _FUNCTION - {"very", "only", "more"} | _set(
    """
    alone anyway anymore instead sometimes often home everything nothing something anything feel look cry
    laugh get do be leave stay know think understand find make take give want like how no
    """
)
_LY_NOUNS = _set("family belly ally bully reply lily jelly daily early elderly only lovely lonely friendly")
_LANGUAGE_BEFORE = _set(
    """
    in into to from speak speaks spoke speaking learn learning fluent translate read write understand
    """
)
_LANGUAGE_AFTER = _set("language languages translation word words lesson lessons class grammar dictionary")
_SAID_WITH_YOU = ("european", "ukrainian", "user", "unit", "uni")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text and where they stand. Offsets are into `text`."""

    text: str
    spans: tuple[tuple[int, int], ...]
    lower: tuple[str, ...]

    def next_to(self, at: int) -> str:
        """The word right behind word `at`, with nothing but white space between; '' for none."""
        return self.lower[at + 1] if at + 1 < len(self.spans) and self._gap(at).isspace() else ""

    def before(self, at: int) -> str:
        return self.lower[at - 1] if at > 0 else ""

    def begins_sentence(self, at: int) -> bool:
        between = self.text[self.spans[at - 1][1] if at else 0 : self.spans[at][0]]
        return at == 0 or any(mark in between for mark in ".!?\n:")

    def _gap(self, at: int) -> str:
        return self.text[self.spans[at][1] : self.spans[at + 1][0]]


def words_of(text: str) -> Words:
    found = list(_WORD.finditer(text))
    return Words(text, tuple(m.span() for m in found), tuple(m.group().lower() for m in found))


def before_a_noun(words: Words, at: int) -> bool:
    """Whether word `at` reads as an adjective or possessive: another word that can be a noun follows at once."""
    following = words.next_to(at)
    return bool(following) and following not in _FUNCTION


def is_possessive_her(words: Words, at: int) -> bool:
    """`her book` (his) against `saw her`, `told her about` (him)."""
    following = words.next_to(at)
    if not following or following in _AFTER_OBJECT:
        return False
    return not following.endswith("ly") or following in _LY_NOUNS


def is_about_people(words: Words, at: int) -> bool:
    """A word for people within the next two words, or "he is ...", "I am ..."."""
    following = words.next_to(at)
    behind = words.next_to(at + 1) if following else ""
    if following in PEOPLE or (behind in PEOPLE and following not in _FUNCTION):
        return True
    return not before_a_noun(words, at) and _is_said_of_somebody(words, at)


def _is_said_of_somebody(words: Words, at: int) -> bool:
    """ "she is also", "the doctor was", "Joe is": a person, a form of "be", perhaps adverbs, then word `at`."""
    while at > 0 and words.lower[at - 1] in _DEGREE:
        at -= 1
    if at < 2 or words.lower[at - 1] not in _BE:
        return False
    subject, (start, _) = words.lower[at - 2], words.spans[at - 2]
    return subject in _PERSONAL or subject in PEOPLE or (words.text[start].isupper() and subject in GIVEN_NAMES)


def is_language(words: Words, at: int) -> bool:
    """`in Russian`, `the Russian language`; not `to Russian soldiers`."""
    if words.next_to(at) in _LANGUAGE_AFTER:
        return True
    return words.before(at) in _LANGUAGE_BEFORE and not before_a_noun(words, at)


def article_for(word: str) -> str:
    """`a` or `an`, by the sound that a word of ours begins with."""
    lower = word.lower()
    return "an" if lower[:1] in tuple("aeiou") and not lower.startswith(_SAID_WITH_YOU) else "a"


def in_case_of(source: str, usual: str, target: str, *, begins_sentence: bool) -> str:
    """`target` in capitals as `source` is, which is usually written `usual`."""
    if len(source) > 1 and source.isupper() and not usual.isupper():
        return target.upper()
    if source.islower() and not usual.islower():
        return target.lower()
    if source[:1].isupper() and (usual[:1].islower() or begins_sentence):
        return target[:1].upper() + target[1:]
    return target


def joined(text: str, replaced: Sequence[tuple[int, int, str]]) -> str:
    """`text` with each (start, end) replaced; in order, none overlapping."""
    parts, done = [], 0
    for start, end, new in replaced:
        parts += [text[done:start], new]
        done = end
    return "".join([*parts, text[done:]])
