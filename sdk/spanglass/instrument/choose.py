"""Which instrumentations to switch on: at most one for each client. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from spanglass.instrument.found import Candidate


@dataclass(frozen=True, slots=True)
class Skipped:
    """An instrumentation that stays off, and why."""

    candidate: Candidate
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """`on` is switched on, `already` was on before us; `unknown` are wanted names that nothing goes by."""

    on: Sequence[Candidate]
    already: Sequence[Candidate]
    skipped: Sequence[Skipped]
    unknown: Sequence[str]


def choose(candidates: Iterable[Candidate], wanted: Collection[str] | None, active: Collection[Candidate]) -> Choice:
    """`wanted` are clients (`openai`), modules, families or distributions; None means all.

    Naming a family or distribution decides between several of one client; else `PREFERENCE` does, and what is
    `active` already always wins.
    """
    on: list[Candidate] = []
    already: list[Candidate] = []
    skipped: list[Skipped] = []
    listed = list(candidates)
    for _, same_client in groupby(listed, key=lambda each: each.module):
        group = list(same_client)
        _choose_one(group, wanted, [each for each in group if each in active], (on, already, skipped))
    known = {name for each in listed for name in names_of(each)}
    return Choice(on, already, skipped, sorted(set(wanted or ()) - known))


def names_of(candidate: Candidate) -> set[str]:
    """What an application may call it in `init(instrument=[...])`."""
    return {
        candidate.client,
        candidate.module,
        candidate.entry.name,
        candidate.distribution,
        candidate.family,
        f"{candidate.family}:{candidate.client}",
    }


def _choose_one(
    group: list[Candidate],
    wanted: Collection[str] | None,
    active: list[Candidate],
    result: tuple[list[Candidate], list[Candidate], list[Skipped]],
) -> None:
    on, already, skipped = result
    if active:
        already += active
        skipped += [Skipped(each, f"{active[0]} was on already") for each in group if each not in active]
        return
    usable = [each for each in group if wanted is None or names_of(each) & set(wanted)]
    usable.sort(key=lambda each: (not _is_named(each, wanted), each.rank))
    chosen = next((each for each in usable if each.client_version), None)
    for each in group:
        if each is chosen:
            on.append(each)
        else:
            skipped.append(Skipped(each, _why_not(each, usable, chosen)))


def _is_named(candidate: Candidate, wanted: Collection[str] | None) -> bool:
    """True when the application said whose instrumentation it wants, not only of which client."""
    exact = {candidate.distribution, candidate.family, f"{candidate.family}:{candidate.client}"}
    return bool(exact & set(wanted or ()))


def _why_not(candidate: Candidate, usable: list[Candidate], chosen: Candidate | None) -> str:
    if candidate not in usable:
        return "not asked for"
    if not candidate.client_version:
        return f"{candidate.client} is not installed"
    return f"{chosen} is on, and one is enough"
