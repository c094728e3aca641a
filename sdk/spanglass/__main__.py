"""`python -m spanglass run app.py`, for environments that have no `spanglass` command on PATH."""

from __future__ import annotations

import sys

from spanglass.run.command import main

if __name__ == "__main__":
    if sys.argv[1:2] != ["run"]:
        sys.exit("Usage: python -m spanglass run PROGRAM [ARGS]...")
    sys.exit(main(sys.argv[2:]))
