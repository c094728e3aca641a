"""Entry point of the `spanglass` command: explains itself when only the SDK is installed."""

from __future__ import annotations

import os
import sys

_OF_EVALUATORS = {"numpy", "scipy", "sklearn", "statsmodels", "river", "py3langid", "jsonschema"}


def main() -> None:
    if sys.argv[1:2] == ["run"]:  # needs the SDK alone, and must start the program quickly
        from spanglass.run.command import main as run

        sys.exit(run(sys.argv[2:]))
    # gRPC would report each start of a program by a fork, which is none of its business.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    try:
        from spanglass_app.cli import app
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("spanglass"):
            raise
        sys.stderr.write(
            f"The spanglass command needs {error.name}, which the SDK alone does not bring.\n"
            'Install it with:  pip install "spanglass[all]"\n'
        )
        sys.exit(1)
    try:
        app()
    except ModuleNotFoundError as error:  # only spanglass[collector] is installed
        missing = (error.name or "").partition(".")[0]
        if missing not in _OF_EVALUATORS:
            raise
        sys.stderr.write(
            f"Evaluators need {missing}, which the collector alone does not bring.\n"
            'Install it with:  pip install "spanglass[evaluators]"\n'
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
