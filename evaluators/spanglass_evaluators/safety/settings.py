"""The settings of the safety evaluators; each is a dataclass whose digest stands on every score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PiiConfig:
    """`kinds`: what is looked for, all when empty. `engine`: "own" patterns, "presidio", or "auto": Presidio when it is
    installed. `language_model`: a spaCy model (name or folder) for names and places; "" takes an installed one,
    "none" none. `least`: findings below this confidence are none."""

    kinds: tuple[str, ...] = ()
    engine: str = "auto"
    language_model: str = ""
    least: float = 0.4


@dataclass(frozen=True, slots=True)
class SecretsConfig:
    """`kinds`: what is looked for, all when empty."""

    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InjectionConfig:
    """`threshold`: from this probability on the label names the rule. `weights`: their digest, filled in."""

    threshold: float = 0.5
    weights: str = ""


@dataclass(frozen=True, slots=True)
class LeakConfig:
    """`threshold`: from this share on the label is "leak". `canaries`: texts of the system prompt that must never be
    in an answer."""

    threshold: float = 0.3
    canaries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinksConfig:
    """`allowed_hosts`: with any, links to all others are findings; `*.example.com` allows what is below."""

    allowed_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeConfig:
    """`least`: findings below this confidence are none."""

    least: float = 0.6


@dataclass(frozen=True, slots=True)
class TopicsConfig:
    """`deny`, `allow`: topic -> example texts. `threshold`: cosine from which a text is of a topic. `embed`:
    a prepared model's name, or `module:function` from texts to vectors, in place of the built-in hashed words."""

    deny: Mapping[str, Sequence[str]] = field(default_factory=dict)
    allow: Mapping[str, Sequence[str]] = field(default_factory=dict)
    threshold: float = 0.35
    embed: str = ""
