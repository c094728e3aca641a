"""Starts another program with tracing on, like `opentelemetry-instrument`.

    spanglass run [--service NAME] [--endpoint URL] [--instrument LIST] [--quiet] app.py [ARGS]
    spanglass run -m package.module [ARGS]
    spanglass run gunicorn app:app

The options become environment variables, Python finds `sitecustomize.py` of this folder through PYTHONPATH
before the program's first line, and the program replaces this process: signals and exit code are its own.
Python processes that it starts are traced too.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import NoReturn

USAGE = """\
Usage: spanglass run [OPTIONS] PROGRAM [ARGS]...

Traces a Python program without changing it: GenAI clients whose OpenTelemetry instrumentation is installed.

  PROGRAM             app.py, -m package.module, or a command such as gunicorn
  --service NAME      the application's name (OTEL_SERVICE_NAME)
  --endpoint URL      where spans go (OTEL_EXPORTER_OTLP_ENDPOINT); default http://127.0.0.1:4318
  --environment NAME  production, staging ... (SPANGLASS_ENVIRONMENT)
  --instrument LIST   openai,anthropic ... or none (SPANGLASS_INSTRUMENT); default all
  --quiet             do not say what is traced (SPANGLASS_QUIET)
"""
_OPTIONS = {
    "--service": "OTEL_SERVICE_NAME",
    "--endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT",
    "--environment": "SPANGLASS_ENVIRONMENT",
    "--instrument": "SPANGLASS_INSTRUMENT",
}
_HERE = str(Path(__file__).parent)


class UsageError(Exception):
    """What is wrong with the command line, in one sentence."""


def main(arguments: Sequence[str]) -> int:
    """Replaces this process by the program; returns only when that cannot be done."""
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stdout.write(USAGE)
        return 0 if arguments else 2
    environ = dict(os.environ)
    try:
        program = command_of(take_options(arguments, environ))
    except UsageError as error:
        sys.stderr.write(f"spanglass run: {error}\n")
        return 2
    return _become(program, environ)


def _become(program: list[str], environ: dict[str, str]) -> NoReturn:
    environ["PYTHONPATH"] = os.pathsep.join(path for path in (_HERE, environ.get("PYTHONPATH")) if path)
    sys.stdout.flush()
    os.execve(program[0], program, environ)  # noqa: S606 - starting what it was told to is the purpose


def take_options(arguments: Sequence[str], environ: MutableMapping[str, str]) -> list[str]:
    """Puts leading options into `environ` and returns the rest: the program and its arguments."""
    rest = list(arguments)
    while rest and rest[0].startswith("--"):
        name, has_value, value = rest.pop(0).partition("=")
        if name == "--":
            break
        if name == "--quiet":
            environ["SPANGLASS_QUIET"] = "1"
        elif name not in _OPTIONS:
            raise UsageError(f"there is no option {name}; see spanglass run --help")
        elif not has_value and not rest:
            raise UsageError(f"{name} needs a value")
        else:
            environ[_OPTIONS[name]] = value if has_value else rest.pop(0)
    return rest


def command_of(program: Sequence[str], environ: Mapping[str, str] = os.environ) -> list[str]:
    """The program as an absolute path and its arguments. Raises UsageError when there is none."""
    if not program:
        raise UsageError("which program? spanglass run app.py")
    if program[0] == "-m" or program[0].endswith((".py", ".pyc")):
        return [sys.executable, *program]
    path = shutil.which(program[0], path=environ.get("PATH"))
    if path is None:
        raise UsageError(f"{program[0]} is neither a .py file, -m MODULE, nor a command on PATH")
    return [path, *program[1:]]
