"""What is done about what a check finds: `{"pii": "mask", "pii.ip": "allow", "*": "flag"}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spanglass.errors import ConfigurationError
from spanglass.guarded.checks import NamedCheck
from spanglass.guarded.decision import STRENGTH, Action


class Policy:
    """The most special entry decides: `check.kind`, then `check`, then `*`; without any it is "flag".

    Raises ConfigurationError for an action that is none, for a check that is not there, and for a kind that a check
    which names its kinds does not have.
    """

    def __init__(self, said: Mapping[str, Action], checks: Sequence[NamedCheck]) -> None:
        names = {check.name for check in checks}
        for key, action in said.items():
            if action not in STRENGTH:
                raise ConfigurationError(f"guard: policy[{key!r}] = {action!r}; it can be {', '.join(STRENGTH)}")
            if key != "*" and key.partition(".")[0] not in names and key not in names:
                raise ConfigurationError(f"guard: policy[{key!r}] names no check; there are {', '.join(sorted(names))}")
            _check_kind(key, checks)
        self._said = dict(said)
        self._otherwise: Action = self._said.get("*", "flag")

    def action(self, check: str, kind: str) -> Action:
        """What is done about a `kind` found by `check`."""
        return self._said.get(f"{check}.{kind}") or self._said.get(check) or self._otherwise


def _check_kind(key: str, checks: Sequence[NamedCheck]) -> None:
    name, _, kind = key.partition(".")
    for check in checks:
        if kind and check.name == name and check.kinds and kind not in check.kinds:
            raise ConfigurationError(
                f"guard: policy[{key!r}]: {name} finds no {kind!r}; it finds {', '.join(check.kinds)}"
            )
