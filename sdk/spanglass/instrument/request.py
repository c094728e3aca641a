"""What the application asked for, and what it is told."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Collection

from spanglass.instrument.choose import Choice
from spanglass.instrument.switch import switch

_log = logging.getLogger("spanglass")


def wanted_of(instrument: bool | Collection[str], said: str | None) -> Collection[str] | None:
    """What `init(instrument=...)` or else SPANGLASS_INSTRUMENT (`all`, `none`, `openai,anthropic`) asks for.

    None is everything, an empty collection nothing.
    """
    if not isinstance(instrument, bool):
        return [instrument] if isinstance(instrument, str) else list(instrument)
    if not instrument:
        return ()
    names = [name.strip() for name in (said or "all").split(",") if name.strip()]
    if names == ["all"]:
        return None
    return [name for name in names if name != "none"]


def instrument_clients(instrument: bool | Collection[str], *, quiet: bool) -> None:
    """The part of `init` that is about other people's clients."""
    wanted = wanted_of(instrument, os.environ.get("SPANGLASS_INSTRUMENT"))
    if wanted is not None and not wanted:
        return
    choice = switch.on(wanted)
    if choice is not None and (choice.on or choice.already or choice.unknown):
        _say(summary(choice), quiet=quiet or _is_true(os.environ.get("SPANGLASS_QUIET")))


def summary(choice: Choice) -> str:
    """One line on what is traced, and one for each instrumentation that stays off."""
    traced = [f"{each.client} ({each}, {switch.state_of(each)})" for each in choice.on]
    traced += [f"{each.client} ({each}, was on already)" for each in choice.already]
    lines = ["spanglass traces " + (", ".join(traced) or "@trace functions; no GenAI instrumentation is switched on")]
    lines += [f"  not {each.candidate.distribution}: {each.why}" for each in choice.skipped]
    lines += [f"  nothing is called {name!r} in init(instrument=...)" for name in choice.unknown]
    return "\n".join(lines)


def _say(text: str, *, quiet: bool) -> None:
    """To the log for those who listen, else to stderr for the person who starts the program."""
    if _log.isEnabledFor(logging.INFO):
        _log.info("%s", text)
    elif not quiet and sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text + "\n")


def _is_true(text: str | None) -> bool:
    return (text or "").strip().lower() in ("1", "true", "yes")
