"""The deployment files as data, and what they may name."""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path
from typing import Any

import click
import pytest
import typer
import yaml

from spanglass_app.cli import app

REPOSITORY = Path(__file__).resolve().parents[2]
DOCKER = REPOSITORY / "deploy" / "docker"
KUBERNETES = REPOSITORY / "deploy" / "kubernetes"
_CODE = ("app", "collector", "evaluators", "sdk", "dashboards")


def documents(path: Path) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one]


def compose() -> dict[str, Any]:
    (document,) = documents(REPOSITORY / "docker-compose.yml")
    return document


def variables_of_code() -> set[str]:
    """Every SPANGLASS_ variable that our code mentions, the settings by name included, and its file."""
    texts = [path.read_text(encoding="utf-8") for folder in _CODE for path in (REPOSITORY / folder).rglob("*.py")]
    named = set(re.findall(r"SPANGLASS_[A-Z_]+[A-Z]", "\n".join(texts)))
    return named | {f"{name}_FILE" for name in named}


def check_command(words: list[str]) -> None:
    """Raises click's error when `spanglass` has no such command or option."""
    command: click.Command = typer.main.get_command(app)
    rest = list(words)
    while isinstance(command, click.Group):
        command = command.commands[rest.pop(0)]
    context = click.Context(command)
    command.make_parser(context).parse_args(rest)


def needs(module: str) -> None:
    """Skip without the module, which `pip install .[checks]` brings; in CI, fail."""
    if importlib.util.find_spec(module) is None:
        if os.environ.get("CI"):
            pytest.fail(f"CI must run with {module}: pip install '.[checks]'")
        pytest.skip(f"needs {module}: pip install '.[checks]'")
