"""Named, numbered prompts. The same content under the same name keeps its number; labels point at numbers."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from spanglass_collector.errors import NotFound
from spanglass_collector.store.contract import Store

_COLUMNS = ["Project", "Prompt", "Version", "Digest", "CreatedAt", "Template", "Config", "Who", "Why"]
_numbering = threading.Lock()


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version. `template` is text, or chat messages as JSON; `{name}` marks a variable."""

    prompt: str
    version: int
    digest: str
    template: str
    config: str
    labels: tuple[str, ...] = ()


class NoSuchPrompt(NotFound):
    """No prompt, or no version of it, has this name, number or label."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A prompt that wants a number."""

    prompt: str
    template: str
    config: str = ""
    who: str = ""
    why: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.template}\0{self.config}".encode()).hexdigest()


def create(store: Store, project: str, draft: Draft, at: datetime) -> Prompt:
    """Gives the draft the next number, or the one it has already.

    Numbers are given one at a time within a process: run one collector per store that takes prompts.
    """
    with _numbering:
        known = _rows(store, project, draft.prompt)
        version = next((row["Version"] for row in known if row["Digest"] == draft.digest), None)
        if version is None:
            version = max((row["Version"] for row in known), default=0) + 1
            row = [project, draft.prompt, version, draft.digest, at, draft.template, draft.config, draft.who, draft.why]
            store.insert("prompts", [row], _COLUMNS, token=f"prompt {project} {draft.prompt} {version} {draft.digest}")
    return get(store, project, draft.prompt, version=version)


def set_label(store: Store, project: str, prompt: str, label: str, version: int, *, who: str, at: datetime) -> Prompt:
    """Points `label` at `version`. Raises NoSuchPrompt when there is no such version."""
    get(store, project, prompt, version=version)
    columns = ["Project", "Prompt", "Label", "Version", "At", "Who"]
    store.insert("prompt_labels", [[project, prompt, label, version, at, who]], columns)
    return get(store, project, prompt, version=version)


def get(store: Store, project: str, prompt: str, *, version: int | None = None, label: str = "") -> Prompt:
    """By number, else by label, else the newest. Raises NoSuchPrompt, saying what there is."""
    rows, labels = _rows(store, project, prompt), _labels(store, project, prompt)
    if not rows:
        raise NoSuchPrompt(f"no prompt named {prompt!r}; 'spanglass prompt list' shows those that are")
    wanted = version if version is not None else labels.get(label) if label else rows[-1]["Version"]
    row = next((row for row in rows if row["Version"] == wanted), None)
    if row is None:
        there = f"versions 1 to {rows[-1]['Version']}, labels {', '.join(sorted(labels)) or 'none'}"
        raise NoSuchPrompt(
            f"{prompt!r} has no {f'version {version}' if version is not None else f'label {label}'}; it has {there}"
        )
    names = tuple(sorted(name for name, number in labels.items() if number == wanted))
    return Prompt(prompt, row["Version"], row["Digest"], row["Template"], row["Config"], names)


def _rows(store: Store, project: str, prompt: str) -> Sequence[Mapping[str, Any]]:
    result = store.query(
        "SELECT Version, Digest, Template, Config FROM prompts FINAL "
        "WHERE Project = {project:String} AND Prompt = {prompt:String} ORDER BY Version",
        {"project": project, "prompt": prompt},
    )
    return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]


def _labels(store: Store, project: str, prompt: str) -> dict[str, int]:
    result = store.query(
        "SELECT Label, Version FROM prompt_labels FINAL WHERE Project = {project:String} AND Prompt = {prompt:String}",
        {"project": project, "prompt": prompt},
    )
    return {str(row[0]): int(row[1]) for row in result.result_rows}
