"""The checks that `spanglass.guard(checks=[...])` finds by name (entry points `spanglass.guard_checks`).

Each is a function that takes options and returns a check: a callable from a text to findings, with the sides of a call
it belongs to. All but `topics` run on the standard library alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from spanglass_evaluators.safety.code.unsafe import find_unsafe_code
from spanglass_evaluators.safety.finding import Find, Finding
from spanglass_evaluators.safety.injection.detect import judge
from spanglass_evaluators.safety.injection.model import load
from spanglass_evaluators.safety.keys import KINDS as SECRET_KINDS
from spanglass_evaluators.safety.keys import find_secrets
from spanglass_evaluators.safety.leak import SystemPrompt
from spanglass_evaluators.safety.links import find_links
from spanglass_evaluators.safety.owasp import owasp_of
from spanglass_evaluators.safety.personal import KINDS as PERSONAL_KINDS
from spanglass_evaluators.safety.personal import find_personal

_BOTH, _IN, _OUT = ("input", "output"), ("input",), ("output",)


@dataclass(frozen=True, slots=True)
class InlineCheck:
    """`find` answers (kind, start, end, confidence) tuples; `owasp`: the entry its findings belong to; `kinds`: all
    that it can find, empty where that is not known."""

    name: str
    find: Find
    sides: tuple[str, ...]
    owasp: str = ""
    kinds: tuple[str, ...] = ()

    def __call__(self, text: str) -> Sequence[Finding]:
        return self.find(text)


def pii(kinds: Sequence[str] = (), engine: str = "own", language_model: str = "", least: float = 0.4) -> InlineCheck:
    """E-mail, phone, card, IBAN, social security number, network address; with `engine="presidio"` what it knows."""
    if engine == "own":
        return _of_kinds("pii", find_personal, kinds, PERSONAL_KINDS)
    with _bringing("pii"):
        from spanglass_evaluators.safety.evaluators import personal_finder
    from spanglass_evaluators.safety.settings import PiiConfig

    return _check("pii", personal_finder(PiiConfig(tuple(kinds), engine, language_model, least))[0], _BOTH)


def secrets(kinds: Sequence[str] = ()) -> InlineCheck:
    """Keys, tokens, private keys, passwords."""
    return _of_kinds("secrets", find_secrets, kinds, SECRET_KINDS)


def injection(threshold: float = 0.5) -> InlineCheck:
    """Attacks in what the user says."""
    return InlineCheck("injection", _attack(threshold), _IN, owasp_of("prompt_injection"))


def indirect_injection(threshold: float = 0.5) -> InlineCheck:
    """Attacks in what a tool or retriever returned: decorate that function."""
    return InlineCheck("indirect_injection", _attack(threshold), _OUT, owasp_of("indirect_injection"))


def leak(system_prompt: str, threshold: float = 0.3) -> InlineCheck:
    """Quotes of `system_prompt` in an answer."""
    prompt = SystemPrompt(system_prompt)

    def find(answer: str) -> Sequence[Finding]:
        return [one._replace(confidence=1.0) for one in prompt.find(answer) if one.confidence >= threshold]

    return InlineCheck("leak", find, _OUT, owasp_of("prompt_leak"))


def links(allowed_hosts: Sequence[str] | None = None) -> InlineCheck:
    """Links that carry data away, or lead elsewhere than `allowed_hosts`."""
    if isinstance(allowed_hosts, str):
        raise ValueError(f'allowed_hosts = {allowed_hosts!r}: give a list, ["{allowed_hosts}"]')
    return InlineCheck("links", lambda text: find_links(text, allowed_hosts), _OUT, owasp_of("exfiltration"))


def unsafe_code() -> InlineCheck:
    """Python, shell, SQL and JavaScript that destroys, opens or lets in."""
    return _check("unsafe_code", find_unsafe_code, _OUT)


def topics(
    deny: Mapping[str, Sequence[str]] | None = None,
    allow: Mapping[str, Sequence[str]] | None = None,
    threshold: float = 0.35,
    embed: Callable[..., object] | None = None,
) -> InlineCheck:
    """Denied topics and what is off the allowed ones. Needs numpy (`spanglass[evaluators]`)."""
    with _bringing("evaluators"):
        from spanglass_evaluators.safety.topics import TopicPolicy

    if not deny and not allow:
        raise ValueError("needs topics: deny={NAME: [an example, ...]} or allow")
    policy = TopicPolicy(deny or {}, allow or {}, threshold=threshold, embed=embed)  # type: ignore[arg-type]

    def find(text: str) -> Sequence[Finding]:
        verdict = policy.judge([text])[0]
        return [Finding(verdict.topic, 0, len(text))] if verdict.denied else []

    return _check("topics", find, _BOTH)


@contextmanager
def _bringing(extra: str) -> Iterator[None]:
    """Imports of what `extra` brings: where it is missing, its name is said. Raises ImportError."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ImportError(f'it needs {error.name}: pip install "spanglass[{extra}]"', name=error.name) from error


def _check(name: str, find: Find, sides: tuple[str, ...]) -> InlineCheck:
    return InlineCheck(name, find, sides, owasp_of(name))


def _of_kinds(name: str, find: Find, wanted: Sequence[str], known: Sequence[str]) -> InlineCheck:
    """The check for the wanted kinds, or for all. Raises ValueError for a kind that there is not."""
    unknown = [wanted] if isinstance(wanted, str) else [kind for kind in wanted if kind not in known]
    if unknown:
        raise ValueError(f"kinds: {unknown[0]!r} is none; give a list of {', '.join(known)}")
    return InlineCheck(name, _only(find, wanted), _BOTH, owasp_of(name), tuple(wanted or known))


def _only(find: Find, kinds: Sequence[str]) -> Find:
    return (lambda text: [one for one in find(text) if one.kind in kinds]) if kinds else find


def _attack(threshold: float) -> Find:
    weights = load()

    def find(text: str) -> Sequence[Finding]:
        verdict = judge(text, weights)
        return [Finding(verdict.label, 0, len(text), verdict.value)] if verdict.value >= threshold else []

    return find
